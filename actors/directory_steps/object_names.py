"""Names in the directory follow sign-in names, where a unit's rule says so: the object stays the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.directories.opened import each_directory
from actors.directory_steps import problems
from actors.outcome import Outcome
from domain.directory import dn, names
from store.problem import Problem

if TYPE_CHECKING:
    from backends.directory.server import Server
    from backends.directory.session import Session

Row = dict[str, Any]
SOURCE = "names in directories"


def follow_principals(context: Context, timeout: float) -> Outcome:
    """Units with the rule ``principal``. Counts: ``users``, ``renamed``, ``held``, ``refused``."""
    found: list[Problem] = []
    asked: set[str] = set()

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.session import Session
        from store import database
        from store.object import read

        units = read.live(database.read(), "directory_unit", directory_id=directory["id"], enabled=True)
        ruled = [each for each in units if each["cn_rule"] == "principal"]
        if ruled:
            with Session(server) as session:
                for unit in ruled:
                    _unit(context, session, directory, unit, counts, found)
        asked.add(directory["name"])

    outcome = each_directory(context, work, timeout=timeout)
    problems.publish(context, SOURCE, found, asked)
    return problems.told(outcome, found)


def wanted_name(principal: str) -> str:
    """What an object of this sign-in name is called: the part before the @. Raises ValueError."""
    return names.object_name(principal.rpartition("@")[0] or principal)


def _unit(
    context: Context, session: Session, directory: Row, unit: Row, counts: Counter[str], found: list[Problem]
) -> None:
    from backends.directory import filters, read, write
    from backends.error import BackendError

    what = f"directory_unit {directory['name']}/{unit['name']}"
    try:
        users = list(read.search(session, unit["dn"], filters.USERS, ["userPrincipalName"]))
    except BackendError as error:
        if error.kind != "missing":
            raise
        found.append(
            Problem(what, "it is not in the directory any more: mend its name or archive it", "error")
        )
        return
    for each in users:
        context.check_stop()
        counts["users"] += 1
        principal = each.text("userPrincipalName")
        if not principal:
            continue
        try:
            name = wanted_name(principal)
        except ValueError as error:
            _refused(what, f"{each.dn} keeps its name: {error}", counts, found)
            continue
        # AD keeps capitals but does not tell by them; a name that differs only so is another one to people.
        if dn.name(each.dn) == name:
            continue
        if not context.act(
            "outward",
            f"Rename {dn.name(each.dn)} to {name} in {unit['name']}",
            key=f"rename:{each.id}:{name}"[:200],
            organisation=unit["organisation"],
            object=principal,
        ):
            counts["held"] += 1
            continue
        try:
            write.rename(session, each.id, dn.part("CN", name))
            counts["renamed"] += 1
        except BackendError as error:
            if error.kind in ("unreachable", "unknown_outcome", "throttled"):
                raise
            if error.kind == "missing":
                continue
            _refused(what, f"{each.dn} cannot be called {name}: {error}", counts, found)


def _refused(what: str, text: str, counts: Counter[str], found: list[Problem]) -> None:
    """One line for each unit: the first stands for all."""
    counts["refused"] += 1
    if not any(problem.object == what for problem in found):
        found.append(Problem(what, text))
