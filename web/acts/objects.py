"""What people do to objects: add, change, archive, and test the connection that one describes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from config.known_secrets import hidden
from config.secrets import SecretError
from domain.objects.checked import ObjectProblems, checked
from domain.objects.kind import Kind
from domain.objects.problem import Unsound
from node.site import Site
from store import change, database, secret
from store.object import once, read, write
from store.object.lock import lock
from store.object.references import BadReference
from store.tx import Tx
from web.acts.edit_service import Edited, EditProblems
from web.acts.object_secrets import ObjectSecrets
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets
from web.shown import objects as shown

Shown = dict[str, Any]


@dataclass(frozen=True)
class Added:
    """An object as `web.shown.objects.one` shows it; not `new`: the same key had made it before."""

    object: Shown
    new: bool


class Objects:
    """The acts of one person; each is one transaction with one audit entry.

    They raise EditProblems (a line for each wrong field), Edited (somebody was faster), Refusal
    (unknown_object, exists, in_use, archived, key_used, no_connection, no_key) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason
        self._secrets = Secrets(site, by=by, reason=reason)

    def add(self, kind: Kind, values: Mapping[str, Any], key: str | None = None) -> Added:
        """A new object; with a `key` that has made it within a day, that object again."""
        asked = _asked(kind, values)

        def work(tx: Tx) -> tuple[int, bool]:
            now = self._now
            lock(tx)
            before = None if key is None else once.made(tx, key, now)
            if before is not None:
                return _same(kind, asked, before), False
            whole = sound(kind, values)
            sealing = ObjectSecrets(self._secrets, tx, kind, whole)
            object_id = placed(lambda: write.create(tx, kind, sealing.bare(), now=now))
            write.refer(tx, kind, object_id, sealing.seal(object_id))
            if key is not None:
                once.remember(tx, key, kind.name, object_id, asked, now)
            row = _row(tx, kind, object_id)
            self._record(tx, f"{kind.name} add", target(kind, row), after=_plain(kind, row))
            return object_id, True

        object_id, new = self._secrets.write(work)
        return Added(self._shown(kind, object_id), new)

    def change(self, kind: Kind, object_id: int, changes: Mapping[str, Any], expect: int | None) -> Shown:
        """Change any of its fields; `expect` is the revision that was looked at, None: whatever it is now."""

        def work(tx: Tx) -> None:
            lock(tx)
            row = self._looked_at(tx, kind, object_id, expect)
            whole = sound(kind, {**values_of(kind, row), **changes})
            sealing = ObjectSecrets(self._secrets, tx, kind, whole, row)
            kept = {**sealing.bare(), **sealing.seal(object_id)}
            placed(lambda: write.change(tx, kind, object_id, row["revision"], kept, now=self._now))
            after = _row(tx, kind, object_id)
            told = {**_plain(kind, after), **dict.fromkeys(sealing.anew, "sealed anew")}
            self._record(tx, f"{kind.name} change", target(kind, after), before=_plain(kind, row), after=told)

        self._secrets.write(work)
        return self._shown(kind, object_id)

    def archive(self, kind: Kind, object_id: int, expect: int | None) -> None:
        """Put it away, with what was sealed for it; refused while others refer to it."""

        def work(tx: Tx) -> None:
            lock(tx)
            row = self._looked_at(tx, kind, object_id, expect)
            try:
                write.archive(tx, kind, object_id, row["revision"], now=self._now)
            except write.StillUsed as error:
                text = f"{target(kind, row)} is still used: {error}; change or archive that first"
                raise Refusal("in_use", text) from None
            ObjectSecrets(self._secrets, tx, kind, values_of(kind, row), row).forget(object_id)
            self._record(tx, f"{kind.name} archive", target(kind, row), before=_plain(kind, row))

        self._secrets.write(work)

    def test(self, kind: Kind, object_id: int) -> list[tuple[bool, str]]:
        """Try its connection now: what worked and what did not, a line each."""
        if kind.connection is None:
            raise Refusal("no_connection", f"{kind.plural} describe no connection: there is nothing to test")
        row = _row(database.read(), kind, object_id)
        module, _, function = kind.connection.partition(":")
        try:
            lines = getattr(import_module(module), function)(row, secret.follow)
        except (SecretError, ImportError) as error:
            lines = [(False, str(error))]
        told = [(bool(ok), hidden(str(text))) for ok, text in lines]

        def work(tx: Tx) -> None:
            good = all(ok for ok, _ in told)
            self._record(tx, f"{kind.name} test", target(kind, row), after="works" if good else "fails")

        database.write(work)
        return told

    def _looked_at(self, tx: Tx, kind: Kind, object_id: int, expect: int | None) -> Shown:
        row = _row(tx, kind, object_id)
        if row["archived_at"] is not None:
            raise Refusal("archived", f"{target(kind, row)} is archived: nothing can be done to it any more")
        if expect is not None and expect != row["revision"]:
            last = change.last(tx, target(kind, row))
            who = f" by {last['actor']}" if last else ""
            text = f"{target(kind, row)} was changed{who} since you looked: look again"
            raise Edited(text, shown.shown(kind, row), last)
        return row

    def _shown(self, kind: Kind, object_id: int) -> Shown:
        found = shown.one(database.read(), kind, object_id)
        assert found is not None
        return found

    @property
    def _now(self) -> float:
        return self._site.clock.now()

    def _record(self, tx: Tx, action: str, what: str, **states: Any) -> None:
        change.record(
            tx, actor=self._by, action=action, target=what, now=self._now, reason=self._reason, **states
        )


def target(kind: Kind, row: Mapping[str, Any]) -> str:
    """What the audit trail calls an object."""
    return f"{kind.name} {kind.label(dict(row))}"


def values_of(kind: Kind, row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object, as somebody could give them."""
    return {field.name: row[field.name] for field in kind.fields}


def sound(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """All values, checked. Raises EditProblems."""
    try:
        return checked(kind, values)
    except ObjectProblems as error:
        raise EditProblems(error.problems) from None


def placed(work: Any) -> Any:
    """What `store.object.write` does or refuses, in the words of all acts."""
    try:
        return work()
    except (BadReference, Unsound) as error:
        raise EditProblems({error.field: str(error)}) from None
    except write.KeyTaken as error:
        raise Refusal("exists", f"{error}: change that one, or give this another name") from None


def _row(tx: Tx, kind: Kind, object_id: int) -> Shown:
    row = read.by_id(tx, kind, object_id)
    if row is None:
        raise Refusal(
            "unknown_object",
            f"there is no {kind.title.lower()} {object_id}: `tickworks object list {kind.name}`",
        )
    return row


def _plain(kind: Kind, row: Mapping[str, Any]) -> Shown:
    """What the audit keeps: the fields as people know them."""
    return values_of(kind, row)


def _asked(kind: Kind, values: Mapping[str, Any]) -> str:
    """What was asked for in few characters, without secrets."""
    secrets = {field.name for field in kind.secrets}
    open_ = {name: "" if name in secrets else value for name, value in values.items()}
    text = json.dumps(open_, sort_keys=True, default=str)
    return hashlib.sha256(f"{kind.name}\n{text}".encode()).hexdigest()


def _same(kind: Kind, asked: str, before: tuple[str, int, str]) -> int:
    name, object_id, then = before
    if name != kind.name or then != asked:
        text = f"the key was used for {name} {object_id}, which was asked for in other words: use another key"
        raise Refusal("key_used", text)
    return object_id
