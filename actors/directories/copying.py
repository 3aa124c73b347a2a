"""Directories into our copy of them: each is read, compared, and published in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.directories import standing
from actors.directories.entry import member_guid
from actors.directories.opened import Directory, each_directory
from actors.directories.reading import Found, read_directory
from actors.outcome import Outcome
from domain.directory.limits import CopyLimits
from domain.directory.owner import NamedUnit, Owners
from domain.directory.user import digest
from domain.mirror import Plan, Vanishing, not_believed

if TYPE_CHECKING:
    from backends.directory.server import Server
    from store.directory.published import GroupRow, News
    from store.directory.user import Known

DAY = 86_400.0
#: After how many objects the run looks whether it should stop.
LOOK = 500


@dataclass(frozen=True)
class Asked:
    """What this run is for: one directory (""; all), all of it, also where many users have vanished."""

    directory: str = ""
    full: bool = False
    believe: bool = False


def copy_directories(context: Context, limits: CopyLimits, asked: Asked) -> Outcome:
    """Bring our copies of all active directories up to date.

    Counts: ``read``, ``new``, ``changed``, ``returned``, ``gone``, ``unreadable`` (users);
    ``directories`` and ``failed``.
    """
    counts: Counter[str] = Counter(read=0, new=0, changed=0, gone=0)
    work = partial(_copy, context, limits, asked)
    return each_directory(context, work, timeout=limits.timeout, only=asked.directory, counts=counts)


def _copy(
    context: Context,
    limits: CopyLimits,
    asked: Asked,
    directory: Directory,
    server: Server,
    counts: Counter[str],
) -> None:
    from backends.directory.session import Session
    from backends.error import BackendError
    from store import database
    from store.directory import published, state, user

    began, tx = context.now.timestamp(), database.read()
    known_state = state.state(tx, directory["id"]) or {}
    since, due = known_state.get("cookie"), known_state.get("full_at")
    whole = asked.full or due is None or began - due >= directory["full_every"] * DAY
    whole = whole or known_state.get("base") != directory["base"]
    units = published.known_units(tx, directory["id"])
    with Session(server) as session:
        found = read_directory(session, None if whole else since, directory["base"], units, _Look(context))
    tx = database.read()
    known = user.known(tx, directory["id"], None if found.full else [*found.users, *found.gone])
    owners, mark = _owners(tx, directory)
    news, names = _news(tx, directory, found, known, owners)
    refused = _not_believed(tx, directory, found, known, news, limits) if not asked.believe else None
    if refused:
        news = published.News(news.users, news.groups, news.units, full=found.full, usn=found.usn)
        names["gone"] = []

    def publish(tx: Any) -> Counter[str]:
        published.publish(tx, directory["id"], news, began)
        told = standing.keep_states(tx, context.service.name, directory, found.states, began)
        if due is not None:
            for what in ("new", "renamed", "returned", "gone"):
                standing.tell(tx, context.service.name, directory, what, names[what], began)
        if refused:
            return told
        if mark != known_state.get("owners"):
            _reassign(tx, directory, owners)
        published.end(
            tx,
            directory["id"],
            since=since,
            cookie=found.cursor,
            base=directory["base"],
            owners=mark,
            full=found.full,
            note=found.why_full,
            began=began,
        )
        return told

    try:
        counts.update(database.write(publish))
    except published.ReadLost as error:
        raise BackendError("conflict", str(error)) from None
    counts.update({what: len(names[what]) for what in ("new", "changed", "returned", "gone")})
    counts["read"] += len(found.users)
    counts["unreadable"] += len(found.unreadable)
    for text in list(found.unreadable.values())[:10]:
        context.log.error("user not read", directory=directory["name"], error=text)
    if found.why_full:
        context.log.warning("everything was read", directory=directory["name"], why=found.why_full)
    if refused:
        raise BackendError("invalid", refused)


class _Look:
    """Called with each object: now and then the run says how far it is, and may be asked to stop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen = 0

    def __call__(self) -> None:
        self._seen += 1
        if self._seen % LOOK == 0:
            self._context.progress(self._seen)
            self._context.check_stop()


def _news(
    tx: Any, directory: Directory, found: Found, known: dict[str, Known], owners: Owners
) -> tuple[News, dict[str, list[str]]]:
    """What is to be written, and the names of those to whom something happened."""
    from store.directory import published

    names: dict[str, list[str]] = {what: [] for what in ("new", "changed", "renamed", "returned", "gone")}
    rows = []
    for guid, facts in found.users.items():
        was = known.get(guid)
        if was is not None and not was.gone and was.hash == facts.hash:
            continue
        shown = f"{facts.name} ({facts.sam})"
        names["new" if was is None else "returned" if was.gone else "changed"].append(shown)
        if was is not None and (was.name, was.sam) != (facts.name, facts.sam):
            names["renamed"].append(f"{was.name} ({was.sam}), now {shown},")
        rows.append(published.UserRow(guid, facts, *_owner(owners, facts.dn)))
    present = {guid for guid, was in known.items() if not was.gone}
    gone = present - found.users.keys() - found.unreadable.keys() if found.full else present & found.gone
    names["gone"] = [f"{known[guid].name} ({known[guid].sam})" for guid in sorted(gone)]
    groups = published.known_groups(tx, directory["id"])
    there = {guid for guid, (_, is_gone) in groups.items() if not is_gone}
    units = published.known_units(tx, directory["id"])
    return published.News(
        users=rows,
        groups=_groups(tx, directory, found, groups),
        units=[unit for guid, unit in found.units.items() if units.get(guid) != unit.dn],
        gone_users=sorted(gone),
        gone_groups=sorted(there - found.groups.keys() if found.full else there & found.gone),
        gone_units=sorted(units.keys() - found.units.keys() if found.full else units.keys() & found.gone),
        full=found.full,
        usn=found.usn,
    ), names


def _groups(
    tx: Any, directory: Directory, found: Found, known: dict[str, tuple[str, bool]]
) -> list[GroupRow]:
    from store.directory import published, user

    if not found.groups:
        return []
    places = {} if found.full else user.places(tx, directory["id"])
    places.update((facts.dn.lower(), guid) for guid, facts in found.users.items())
    rows = []
    for guid, (place, sam, name, members) in found.groups.items():
        inside = None
        if members is not None:
            inside = {member_guid(each) or places.get(each.lower(), "") for each in members} - {""}
        mark = "" if inside is None else digest(place, sam, name, sorted(inside))
        if not mark or known.get(guid) != (mark, False):
            rows.append(published.GroupRow(guid, place, sam, name, mark, inside))
    return rows


def _not_believed(
    tx: Any, directory: Directory, found: Found, known: dict[str, Known], news: News, limits: CopyLimits
) -> str | None:
    from store.directory import user

    present = user.present(tx, directory["id"])
    planned = Plan([], [], [], list(news.gone_users), present, len(found.users))
    what = f"users of {directory['name']}"
    refused = not_believed(planned, found.full, Vanishing(share=limits.vanishing_share), what)
    return refused and f"{refused}, or run it for directory={directory['name']} with believe=yes"


def _owners(tx: Any, directory: Directory) -> tuple[Owners, str]:
    """By whom users are given to organisations, and a mark that changes with it."""
    from store.object import read

    rows = read.live(tx, "directory_unit", directory_id=directory["id"], enabled=True)
    units = [NamedUnit(row["id"], row["dn"], row["organisation_id"]) for row in rows]
    return Owners(units, directory["organisation_id"]), digest(directory["organisation_id"], *sorted(units))


def _owner(owners: Owners, place: str) -> tuple[int | None, int | None]:
    try:
        return owners.of(place)
    except ValueError:
        # A name that nobody can read lies in no unit that anybody named.
        return owners.of("")


def _reassign(tx: Any, directory: Directory, owners: Owners) -> None:
    from store.directory import published, user

    changed = []
    for user_id, place, unit, owner in user.owned(tx, directory["id"]):
        now = _owner(owners, place)
        if now != (unit, owner):
            changed.append((user_id, *now))
    published.reassign(tx, directory["id"], changed)
