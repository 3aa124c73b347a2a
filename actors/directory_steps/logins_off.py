"""Switches off the logins of accounts that are no person's: shared mailboxes, rooms and equipment."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.context import Context
from actors.directories.opened import each_directory
from actors.outcome import Outcome
from domain.directory.job_limits import JobLimits

if TYPE_CHECKING:
    from backends.directory.server import Server

Row = dict[str, Any]


def switch_off(context: Context, options: JobLimits) -> Outcome:
    """Each is an act of its own, asked for. Counts: ``off``, ``held``, ``missing``, ``unclear``."""
    if not options.disable_logins:
        return Outcome("done", {}, "it is switched off by the option disable_logins")

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.session import Session
        from store import database
        from store.directory import extra

        due = [
            each
            for each in extra.logins_without_person(database.read(), directory["id"])
            if _may(context, directory, each, counts)
        ]
        if due:
            with Session(server) as session:
                for each in due:
                    context.check_stop()
                    _off(session, each, counts)

    return each_directory(context, work, timeout=options.timeout)


def _may(context: Context, directory: Row, each: Row, counts: Counter[str]) -> bool:
    may = context.act(
        "outward",
        f"Switch off the login of {each['name']} ({each['kind']}) in {directory['name']}",
        key=f"login-off:{each['guid']}",
        organisation=each["organisation"],
        object=each["sam"],
    )
    counts["held"] += not may
    return may


def _off(session: Any, each: Row, counts: Counter[str]) -> None:
    """The flags are read first, so that a lost answer is looked up by the next run."""
    from backends.directory import account
    from backends.error import BackendError
    from store import database
    from store.directory import extra

    try:
        account.enable(session, UUID(each["guid"]), on=False)
    except BackendError as error:
        if error.kind not in ("missing", "conflict", "denied"):
            raise
        counts["missing" if error.kind == "missing" else "unclear"] += 1
        return
    database.write(lambda tx: extra.switched_off(tx, each["id"]))
    counts["off"] += 1
