"""Loading a sample provider, and clearing it again: only what is marked as sample is ever touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from config.problems import closest, did_you_mean
from domain.objects.catalogue import KINDS, find, referring
from domain.objects.checked import checked
from domain.objects.kind import Kind
from domain.sample import hosting, voice
from domain.sample.hosting import Entry, Surroundings
from domain.time.clock import as_datetime
from node.site import Site
from store import change, database, process, setting
from store.object import bulk, read, write
from store.object.lock import lock
from store.tx import Tx
from web.acts import profiles, sample_calls, sample_desk
from web.acts.object_secrets import ObjectSecrets
from web.acts.objects import values_of
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets
from web.shown.first_start import OFFERS, SETTING

#: The samples by name.
SAMPLES = tuple(offer.name for offer in OFFERS if offer.name != "empty")
#: Addresses that mean all of a machine's, and the one of them by which it reaches itself.
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}
_PORTS = {"postgresql": 5432, "postgres": 5432, "amqp": 5672, "amqps": 5671}


@dataclass(frozen=True)
class Loaded:
    """How many objects of each kind there are now, and the profiles that were switched on for them.

    Tickets, campaigns and workflows are counted beside them (`domain.sample.desk.WHAT`).
    `notes`: profiles that could not be, and why; where the calls of the voice sample are.
    """

    name: str
    objects: dict[str, int]
    profiles: tuple[str, ...]
    notes: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        """As the API tells it."""
        return {
            "name": self.name,
            "objects": self.objects,
            "profiles": list(self.profiles),
            "notes": list(self.notes),
        }


@dataclass
class Cleared:
    """How many objects of each kind went; `kept`: ``{kind, object, why}`` of those that stay."""

    objects: dict[str, int] = field(default_factory=dict)
    kept: list[dict[str, str]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As the API tells it."""
        return {"objects": self.objects, "kept": self.kept}


class Sample:
    """The acts of one person.

    They raise Refusal (bad_value, real_objects, loaded, name_taken) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason
        self._secrets = Secrets(site, by=by, reason=reason)

    def load(self, name: str, port: int | None = None) -> Loaded:
        """All objects of a sample in one transaction, and the profiles that they belong to switched on.

        `port` is the page's; None: that of the page which runs on this node, else that of the settings, with
        a note that says so. Refused beside organisations that are no sample.
        """
        _refuse_unknown(name)
        told: tuple[str, ...] = ()
        if name == "hosting" and port is None:
            port, told = self._page()
        entries = [(find(kind), values) for kind, values in self._entries(name, port)]
        counts = Counter(kind.name for kind, _ in entries)
        more: Counter[str] = Counter()

        def work(tx: Tx) -> None:
            lock(tx)
            more.clear()  # it is done again where the database was away
            _refuse_beside_others(tx)
            now = self._site.clock.now()
            for kind, values in entries:
                _create(tx, kind, checked(kind, values), now)
            if name == "voice":
                more.update(sample_calls.add_many(tx, now))
            if name == "hosting":
                more.update(sample_desk.add_all(tx, self._by, now))
            if setting.get(tx, SETTING) is None:
                setting.put(tx, SETTING, {"taken": name, "by": self._by, "at": now}, now)
            self._record(tx, "sample load", after={"sample": name, **counts, **more})

        database.write(work)
        wanted = sorted({kind.profile for kind, _ in entries} - {"core"})
        switched, notes = self._switch_on(wanted)
        notes = (*notes, *told)
        if name == "voice":
            notes = (*notes, sample_calls.write_calls(self._site))
        return Loaded(name, {**counts, **more}, switched, notes)

    def _entries(self, name: str, port: int | None) -> list[Entry]:
        if name == "voice":
            return voice.carrier(as_datetime(self._site.clock.now()).date())
        return hosting.provider(surroundings(self._site, port))

    def _page(self) -> tuple[int, tuple[str, ...]]:
        """The port at which the page is looked for (0: nobody knows it), and what to tell of that."""
        found = process.page_port(database.read(), self._site.settings.node.name)
        port = self._site.settings.web.port if found is None else found
        if found is not None:
            return port, (f"the page is checked at port {port}, where it runs",)
        if port:
            return port, (f"no page runs here: it is checked at port {port}, that of the settings",)
        return 0, ("no page runs here and the settings name no port: it is not checked",)

    def clear(self) -> Cleared:
        """Archive all that is marked as sample, a transaction for each kind; what others refer to stays."""
        done = Cleared(*database.write(self._clear_desk))
        for kind in reversed(KINDS):
            gone, kept = self._secrets.write(lambda tx, kind=kind: self._clear(tx, kind))  # type: ignore[misc]
            done.objects |= {kind.name: gone} if gone else {}
            done.kept += kept
        return done

    def _clear_desk(self, tx: Tx) -> tuple[dict[str, int], list[dict[str, str]]]:
        gone, kept = sample_desk.clear(tx, self._site.clock.now())
        if gone:
            self._record(tx, "sample clear", before=gone)
        return gone, kept

    def _clear(self, tx: Tx, kind: Kind) -> tuple[int, list[dict[str, str]]]:
        """How many went, and those that stay; objects of one kind may stand below each other."""
        lock(tx)
        if not referring(kind) and not kind.secrets:
            gone = bulk.archive_samples(tx, kind, self._site.clock.now())
            if gone:
                self._record(tx, "sample clear", before={kind.name: gone})
            return gone, []
        gone, went = 0, True
        kept: list[dict[str, str]] = []
        while went:
            went, kept = False, []
            for row in read.live(tx, kind, sample=True):
                try:
                    write.archive(tx, kind, row["id"], row["revision"], now=self._site.clock.now())
                except write.StillUsed as error:
                    kept.append({"kind": kind.name, "object": kind.label(row), "why": str(error)})
                    continue
                ObjectSecrets(self._secrets, tx, kind, values_of(kind, row), row).forget(row["id"])
                gone, went = gone + 1, True
        if gone:
            self._record(tx, "sample clear", before={kind.name: gone})
        return gone, kept

    def _switch_on(self, names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        switched, notes = [], []
        for name in names:
            now = self._site.clock.now()
            try:
                if profiles.switch(self._site.settings, name, True, by=self._by, now=now, reason="sample"):
                    switched.append(name)
            except Refusal as refusal:
                notes.append(f"profile {name} stays off: {refusal}")
        return tuple(switched), tuple(notes)

    def _record(self, tx: Tx, action: str, **states: Any) -> None:
        now = self._site.clock.now()
        change.record(
            tx, actor=self._by, action=action, target="sample", now=now, reason=self._reason, **states
        )


def surroundings(site: Site, port: int | None = None) -> Surroundings:
    """Where this site's page, database and broker are; a page at a port that nobody knows is left out."""
    web = site.settings.web
    port = web.port if port is None else port
    host = web.host if "%" not in web.host else "::1"
    return Surroundings(
        page=(_ANY.get(host, host), port) if port else None,
        database=_place(site.settings.database.url),
        broker=_place(site.settings.broker.url),
    )


def _place(url: str) -> tuple[str, int] | None:
    """Host and port of a server's address; None for a file, a socket, or more than one server."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "," in parts.netloc or "%" in parts.hostname:
        return None
    return _ANY.get(parts.hostname, parts.hostname), parts.port or _PORTS[parts.scheme]


def _refuse_unknown(name: str) -> None:
    if name not in SAMPLES:
        near = did_you_mean(closest(name, SAMPLES))
        raise Refusal("bad_value", f"there is no sample {name!r}{near}; there are {', '.join(SAMPLES)}")


def _refuse_beside_others(tx: Tx) -> None:
    for sample in (False, True):
        found, _ = read.page(tx, "organisation", equals={"sample": sample}, limit=1)
        if found and sample:
            text = "the sample is loaded already: `tickworks sample clear` takes it away"
            raise Refusal("loaded", text)
        if found:
            text = f"this site has organisations of its own, such as {found[0]['name']}"
            raise Refusal("real_objects", f"{text}: samples are for new sites, so use another")


def _create(tx: Tx, kind: Kind, values: dict[str, Any], now: float) -> None:
    try:
        write.create(tx, kind, values, now=now, sample=True)
    except write.KeyTaken as error:
        text = f"{error}, and the sample has one of that name: rename or archive yours first"
        raise Refusal("name_taken", text) from None
