"""Puts every user of a unit into the groups that are filled by themselves. It never takes anybody out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.directories.opened import each_directory
from actors.directory_steps import problems
from actors.outcome import Outcome
from store.problem import Problem

if TYPE_CHECKING:
    from backends.directory.entry import Entry
    from backends.directory.server import Server
    from backends.directory.session import Session

Row = dict[str, Any]
SOURCE = "groups of directories"


@dataclass(frozen=True)
class _Line:
    """What all groups of one directory share."""

    context: Context
    session: Session
    directory: Row
    counts: Counter[str]
    found: list[Problem]


def fill_groups(context: Context, timeout: float) -> Outcome:
    """All groups of use ``auto_add``. Counts: ``groups``, ``added``, ``held``, ``refused``."""
    found: list[Problem] = []
    asked: set[str] = set()

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.session import Session
        from store import database
        from store.object import read

        tx = database.read()
        units = {row["id"]: row for row in read.live(tx, "directory_unit", directory_id=directory["id"])}
        groups = [
            each
            for each in read.live(tx, "directory_group", directory_id=directory["id"], enabled=True)
            if each["use"] == "auto_add" and each["unit_id"] in units and units[each["unit_id"]]["enabled"]
        ]
        if groups:
            with Session(server) as session:
                line = _Line(context, session, directory, counts, found)
                for group in groups:
                    context.check_stop()
                    _fill(line, group, units[group["unit_id"]])
        asked.add(directory["name"])

    outcome = each_directory(context, work, timeout=timeout)
    problems.publish(context, SOURCE, found, asked)
    return problems.told(outcome, found)


def _fill(line: _Line, group: Row, unit: Row) -> None:
    from backends.directory import filters, read
    from backends.error import BackendError

    what = f"directory_group {line.directory['name']}/{group['name']}"
    try:
        there = read.get(line.session, group["dn"])
        # The server itself leaves out who is in the group already: one question, however large it is.
        outside = filters.USERS & ~filters.equals("memberOf", there.dn)
        missing = list(read.search(line.session, unit["dn"], outside, ["sAMAccountName"]))
    except BackendError as error:
        if error.kind not in ("missing", "denied", "invalid"):
            raise
        gone = error.kind == "missing"
        text = "it or its unit is not in the directory any more: mend its name or archive it"
        line.found.append(Problem(what, text if gone else str(error), "error"))
        line.counts["refused"] += 1
        return
    line.counts["groups"] += 1
    coming = [each for each in missing if _may(line, group, there, each)]
    _add(line, what, there, coming)


def _may(line: _Line, group: Row, there: Entry, user: Entry) -> bool:
    may = line.context.act(
        "outward",
        f"Put {user.text('sAMAccountName')} into {group['name']} of {line.directory['name']}",
        key=f"auto-add:{there.id}:{user.id}",
        object=user.text("sAMAccountName"),
    )
    line.counts["held"] += not may
    return may


def _add(line: _Line, what: str, group: Entry, users: list[Entry]) -> None:
    """All together; singly if one of them stands in the way of the others."""
    from backends.directory import write
    from backends.error import BackendError

    try:
        write.add_members(line.session, group.id, [each.dn for each in users])
        line.counts["added"] += len(users)
        return
    except BackendError as error:
        if error.kind in ("unreachable", "unknown_outcome", "throttled"):
            raise
    for number, each in enumerate(users, 1):
        line.context.check_stop()
        try:
            write.add_members(line.session, group.id, [each.dn])
            line.counts["added"] += 1
        except BackendError as error:
            if error.kind in ("unreachable", "unknown_outcome", "throttled"):
                raise
            line.counts["refused"] += 1
            # Who was deleted meanwhile is no problem, and the first refusal stands for all.
            if error.kind != "missing" and not any(problem.object == what for problem in line.found):
                line.found.append(Problem(what, f"{each.dn} cannot be put into it: {error}"))
        line.context.progress(number, len(users))
