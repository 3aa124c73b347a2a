"""Services that users have by their groups, however deep a group lies in another.

The controller itself follows the groups (matching rule in chain), so that loops do no harm; whose members
users are is asked plainly then: to follow the chain for each of 10,000 users takes a minute. A group lacking
many of its members all at once is not believed: nothing of it is marked as gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.directories.opened import each_directory
from actors.outcome import Outcome
from domain.mirror import Read, Remote, Vanishing, not_believed, plan

if TYPE_CHECKING:
    from backends.directory.server import Server
    from backends.directory.session import Session

Row = dict[str, Any]
#: What means remote desktops; RDSSyncWork looks after these, whatever their capitals.
RDS = ("rds", "remote desktop", "remote desktop services")
LOOK = 1_000
#: Groups that one question asks for.
AT_ONCE = 50


def is_rds(service: str) -> bool:
    """Whether a group's service is that of remote desktops."""
    return service.strip().lower() in RDS


def store_all_but_rds(context: Context, timeout: float, share: float) -> Outcome:
    """All services of groups that RDSSyncWork does not look after."""
    return store_services(context, lambda service: not is_rds(service), timeout=timeout, share=share)


def store_services(
    context: Context,
    wanted: Callable[[str], bool],
    *,
    timeout: float,
    share: float,
    believe: bool = False,
    only: str = "",
) -> Outcome:
    """Store who has each of the services that are `wanted`, by the groups of use ``service``.

    Counts: ``groups``, ``users``, ``new``, ``gone``, ``unknown`` (members that are not copied yet).
    """
    troubles: list[str] = []
    limits = Vanishing(1.0 if believe else share)

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.session import Session
        from store import database
        from store.object import read

        groups = [
            each
            for each in read.live(
                database.read(), "directory_group", directory_id=directory["id"], enabled=True
            )
            if each["use"] == "service" and wanted(each["service"])
        ]
        if groups:
            with Session(server) as session:
                for group in groups:
                    trouble = _group(context, session, directory, group, limits, counts)
                    troubles.extend([trouble] if trouble else [])
                    context.check_stop()
        _archived(context, directory, groups, wanted, counts)

    outcome = each_directory(context, work, timeout=timeout, only=only)
    if not troubles:
        return outcome
    text = "; ".join(filter(None, (*troubles, outcome.message)))
    return Outcome("partial" if outcome.counts.get("groups") else "failed", outcome.counts, text)


def _group(
    context: Context, session: Session, directory: Row, group: Row, limits: Vanishing, counts: Counter[str]
) -> str:
    """Store the members of one group; what is wrong with it, or ""."""
    from backends.directory.read import get
    from backends.error import BackendError
    from store import database
    from store.directory import service, user

    began = context.now.timestamp()
    try:
        there = get(session, group["dn"])
    except BackendError as error:
        if error.kind != "missing":
            raise
        return (
            f"{directory['name']}/{group['name']}: there is no such group any more: its members stay as known"
        )
    guids = list(_counted(context, _members(session, _top(session), there.dn)))
    tx = database.read()
    copied = user.known(tx, directory["id"])
    ours = [guid for guid in guids if guid in copied and not copied[guid].gone]
    known = service.known(tx, directory["id"], group["service"], group["name"])
    answer = Read([Remote(guid) for guid in ours])
    planned = plan(known, answer)
    what = f"members of {group['name']}"
    refused = not_believed(planned, True, limits, what) if limits.share < 1 else None
    gone = [] if refused else planned.gone
    database.write(
        lambda tx: service.publish(
            tx, directory["id"], group["service"], group["name"], have=ours, gone=gone, now=began
        )
    )
    counts.update(
        groups=1,
        users=len(ours),
        new=len(planned.new) + len(planned.returned),
        gone=len(gone),
        unknown=len(guids) - len(ours),
    )
    return f"{directory['name']}: {refused}" if refused else ""


def _members(session: Session, top: str, group: str) -> Iterator[str]:
    """The GUIDs of the users in the group or in any group within it, each once."""
    from backends.directory.filters import GROUPS, USERS, equals, in_chain
    from backends.directory.read import search

    inner = [each.dn for each in search(session, top, GROUPS & in_chain("memberOf", group))]
    groups = list(dict.fromkeys([group, *inner]))
    seen: set[str] = set()
    for start in range(0, len(groups), AT_ONCE):
        some = [equals("memberOf", each) for each in groups[start : start + AT_ONCE]]
        for each in search(session, top, USERS & reduce(or_, some)):
            if (guid := str(each.id)) not in seen:
                seen.add(guid)
                yield guid


def _archived(
    context: Context, directory: Row, groups: list[Row], wanted: Callable[[str], bool], counts: Counter[str]
) -> None:
    """Services of groups that no operator names any more are over."""
    from store import database
    from store.directory import service

    now = context.now.timestamp()
    refs: dict[str, list[str]] = {}
    for group in groups:
        refs.setdefault(group["service"], []).append(group["name"])

    def work(tx: Any) -> int:
        had = [each for each in service.of_directory(tx, directory["id"]) if wanted(each)]
        return sum(service.leave_others(tx, directory["id"], each, refs.get(each, []), now) for each in had)

    counts["gone"] += database.write(work)


def _top(session: Session) -> str:
    from backends.directory.root import read_root

    return read_root(session).domain


def _counted(context: Context, found: Iterator[str]) -> Iterator[str]:
    for number, each in enumerate(found, 1):
        if number % LOOK == 0:
            context.progress(number)
            context.check_stop()
        yield each
