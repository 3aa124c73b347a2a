"""Who is told that a password ends, and what: each user at each stage once, by a fresh look.

Not told of: passwords that never end, those that must be changed at the next sign-in anyway, and accounts
that cannot sign in. The moment is the controller's own, so that policies for single groups count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.context import Context
from actors.directories.entry import user_state
from actors.directories.opened import Directory, each_directory
from actors.directories.reading import by_guid
from actors.directories.standing import keep_states
from actors.outcome import Outcome
from actors.shapes.due_sweep import DueDate, tell_due
from domain.directory.limits import NoticeLimits

if TYPE_CHECKING:
    from backends.directory.server import Server

DAY = 86_400.0
#: So many are named in a mail about those who cannot be told.
NAMED = 50
Row = dict[str, Any]


def tell_of_endings(context: Context, limits: NoticeLimits) -> Outcome:
    """Mail all users whose password ends within the largest of `days`, once for each of them.

    Counts: those of `actors.shapes.due_sweep.tell_due`; ``changed`` (another moment than we knew, so that
    it is looked at again); ``no_address``; ``directories`` and ``failed``.
    """
    now = context.now.timestamp()
    due: dict[int, list[Row]] = {}
    for row in _expiring(now, limits):
        due.setdefault(row["directory_id"], []).append(row)
    counts: Counter[str] = Counter(told=0, no_address=0)
    sure: list[Row] = []
    looked = each_directory(
        context, partial(_look, context, due, sure), timeout=limits.timeout, counts=counts
    )
    reachable = [row for row in sure if row["mail"]]
    told = tell_due(context, (_notice(row, limits) for row in reachable), days=limits.days)
    counts.update(told.counts)
    counts["no_address"] += _tell_organisations(context, [row for row in sure if not row["mail"]])
    kind = "partial" if told.kind != "done" and looked.kind == "done" else looked.kind
    return replace(
        looked, kind=kind, counts=counts, message="; ".join(filter(None, (looked.message, told.message)))
    )


def _expiring(now: float, limits: NoticeLimits) -> list[Row]:
    from store import database
    from store.directory import user

    return user.expiring(database.read(), now, now + max(limits.days) * DAY)


def _look(
    context: Context,
    due: dict[int, list[Row]],
    sure: list[Row],
    directory: Directory,
    server: Server,
    counts: Counter[str],
) -> None:
    """Ask the controller about those who would be told: a password may have been changed a minute ago."""
    from backends.directory.account import STATE
    from backends.directory.session import Session
    from store import database

    rows = {row["guid"]: row for row in due.get(directory["id"], ())}
    if not rows:
        return
    with Session(server) as session:
        wanted = [UUID(guid) for guid in rows]
        entries = {str(each.id): each for each in by_guid(session, wanted, STATE)}
    states = {guid: user_state(entry) for guid, entry in entries.items()}
    now = context.now.timestamp()
    database.write(lambda tx: keep_states(tx, context.service.name, directory, states, now))
    for guid, state in states.items():
        row = rows[guid]
        if state.password_expires == "at" and state.password_expires_at == row["password_expires_at"]:
            sure.append(row)
        else:
            counts["changed"] += 1


def _notice(row: Row, limits: NoticeLimits) -> DueDate:
    day, at = _day(row["password_expires_at"]), row["password_expires_at"]
    how = limits.help or "Please change it before then: afterwards you cannot sign in with it."
    text = (
        f"Hello {_safe(row['name'])},\n\n"
        f"the password of your account {_safe(row['upn'] or row['sam'])} ends on {day} (UTC): "
        f"$days days are left, today included.\n\n{_safe(how)}\n"
    )
    return DueDate(
        f"password:{row['id']}", at, (row["mail"],), f"Your password ends on {day}", text, row["organisation"]
    )


def _tell_organisations(context: Context, rows: list[Row]) -> int:
    """Tell each organisation once of those of its users whom no mail reaches; how many there are anew."""
    from store import database

    by_owner: dict[int | None, list[Row]] = {}
    for row in rows:
        by_owner.setdefault(row["organisation_id"], []).append(row)
    return sum(
        database.write(lambda tx, owner=owner, mine=mine: _tell_one(context, tx, owner, mine))  # type: ignore[misc]
        for owner, mine in by_owner.items()
    )


def _tell_one(context: Context, tx: Any, owner: int | None, rows: list[Row]) -> int:
    from domain.mail.problem import MailProblem
    from store.directory.contact import addressees
    from store.outbox import notification
    from store.outbox.notification import Notice

    now = context.now.timestamp()
    new = [row for row in rows if _noted(context, tx, row, now)]
    to = addressees(tx, owner)
    if not new or not to:
        return len(new)
    lines = "\n".join(_line(new))
    text = (
        "The passwords of these users end soon, and they have no mail address that we could tell it:\n\n"
        f"{lines}\n\nPlease tell them, and give them an address in the directory.\n"
    )
    notice = Notice(
        once_key=f"{context.service.name}:no_address:{new[0]['id']}:{new[0]['password_expires_at']:.0f}",
        recipients=to,
        due_at=now,
        values={"subject": f"{len(new)} users cannot be told that their password ends", "text": text},
        owner=new[0]["organisation"],
        source=context.service.name,
        family=context.mail_family,
    )
    try:
        notification.add(tx, notice, now)
    except MailProblem as problem:
        context.log.error("no notice", error=str(problem))
    return len(new)


def _noted(context: Context, tx: Any, row: Row, now: float) -> bool:
    """Write the event about this user and this moment; False if there is one."""
    from store import event

    return event.add(
        tx,
        at=now,
        type="directory",
        severity="warning",
        sender=context.service.name,
        text=f"the password of {row['name']} ends on {_day(row['password_expires_at'])}, and no mail reaches "
        f"them: they have no address",
        tags=("directory", "no_address"),
        data={"user": row["id"]},
        key=f"directory:no_address:{row['id']}:{row['password_expires_at']:.0f}",
    )


def _line(rows: list[Row]) -> Iterator[str]:
    for row in rows[:NAMED]:
        yield f"    {_day(row['password_expires_at'])}  {' '.join(row['name'].split())} ({row['sam']})"
    if len(rows) > NAMED:
        yield f"    and {len(rows) - NAMED} more"


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _safe(text: str) -> str:
    """What stands in a directory is no place for ``$days``, and one line."""
    return " ".join(text.split()).replace("$", "$$")
