"""Carries out commands that staff wrote at the top of a mail, if the mail proves who wrote it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from actors.context import Context
from actors.outcome import Outcome
from domain.mail.problem import MailProblem
from domain.mail_in.authenticated import vouches
from domain.mail_in.command import Command, commands
from domain.mail_in.limits import CommandLimits

if TYPE_CHECKING:
    from store.tx import Tx

Row = dict[str, Any]
State = Literal["done", "refused", "unknown"]

NO_PROOF = (
    "nothing proves that you wrote it: answer the mail that told you of the ticket, from your own address"
)
NO_TICKET = "it names no ticket: answer a mail about the ticket"


def obey(context: Context, limits: CommandLimits) -> Outcome:
    """Carry out the commands that wait, each mail in one transaction.

    Counts: ``done``, ``refused`` (no proof, no ticket), ``unknown`` (no such command: answered once).
    """
    from store import database
    from store.helpdesk import command

    counts: Counter[str] = Counter(done=0)
    found = command.waiting(database.read(), limits.per_run)
    for number, row in enumerate(found):
        if context.stopping():
            return Outcome("partial", counts, "stopped; the next run goes on")
        now = context.now.timestamp()

        def work(tx: Tx, row: Row = row, now: float = now) -> str | None:
            return _obey(tx, row, limits, now)

        if state := database.write(work):
            counts[state] += 1
            context.log.info("command", command=row["command"], sender=row["sender"], state=state)
        context.progress(number + 1, len(found))
    return Outcome("done", counts)


def _obey(tx: Tx, row: Row, limits: CommandLimits, now: float) -> str | None:
    """Carry out one mail's commands: what became of them; None if somebody was faster."""
    from store.helpdesk import command, letter, ticket

    found = None if row["ticket_id"] is None else ticket.one(tx, row["ticket_id"])
    state, said = _done(tx, row, found, limits, now)
    if not command.ended(tx, row["id"], state, said, now):
        return None
    if state != "done":
        try:
            letter.say(tx, found, row["sender"], f"Not done: {row['command'][:100]}", said, now)
        except MailProblem:
            return state
    return state


def _done(tx: Tx, row: Row, ticket: Row | None, limits: CommandLimits, now: float) -> tuple[State, str]:
    proved = row["proof"] == "token" or vouches(row["results"], limits.trusted_server, row["sender"])
    if not proved:
        return "refused", NO_PROOF
    if ticket is None:
        return "refused", NO_TICKET
    asked, rest = commands(row["text"])
    for each in asked:
        if wrong := each.wrong or _wrong_here(tx, each):
            return "unknown", f"#{each.name}: {wrong}. Nothing of this mail was done."
    for each in asked:
        _carry_out(tx, each, ticket, row, rest, now)
    return "done", ", ".join(f"#{each.name} {each.words}".strip() for each in asked)


def _wrong_here(tx: Tx, each: Command) -> str:
    from store.helpdesk import people

    if each.name == "assign" and people.staff_named(tx, each.words) is None:
        return f"there is no staff member {each.words}"
    return ""


def _carry_out(tx: Tx, each: Command, ticket: Row, row: Row, rest: str, now: float) -> None:
    from store import change
    from store.helpdesk import message, people
    from store.helpdesk import ticket as stored
    from store.helpdesk.message import Message

    number = ticket["id"]
    if each.name in ("close", "open", "delete"):
        states = {"close": "closed", "open": "open", "delete": "deleted"}
        stored.move(tx, number, states[each.name], now)
    elif each.name == "priority":
        stored.change(tx, number, "priority", each.words.lower(), now)
    elif each.name == "assign":
        staff = people.staff_named(tx, each.words)
        stored.change(tx, number, "assigned_to", staff["id"] if staff else None, now)
    elif each.name == "note":
        text = "\n".join(filter(None, (each.words, rest)))
        message.add(tx, Message(number, "note", row["sender"], text, now, message_id=row["message_id"]))
    change.record(
        tx,
        actor=row["sender"],
        action=f"ticket {each.name}",
        target=f"ticket {number}",
        now=now,
        after=each.words or None,
        reason="by mail",
    )
