"""A ticket that an agent opens: what a customer said on the telephone, or what they are written first."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from domain.mail.address import checked_address
from domain.mail.header import checked_line
from domain.mail.problem import MailProblem
from domain.mail_in.parse import clean
from store import change
from store.helpdesk import letter, message, people, ticket
from store.helpdesk.message import Message
from store.object import once
from store.object import read as objects
from store.object.lock import lock
from store.tx import Tx
from web.acts.edit_service import EditProblems
from web.acts.refusal import Refusal

Row = dict[str, Any]

LONGEST_TEXT = 50_000
LONGEST_SUBJECT, LONGEST_NAME = 300, 200
_TEXTS = ("text", "answer")
_LINES = {
    "subject": LONGEST_SUBJECT,
    **dict.fromkeys(("requester_name", "department", "assigned_to"), LONGEST_NAME),
}


@dataclass(frozen=True)
class Opening:
    """What is given of a new ticket; of `text` and `answer` one at least, of the requester's two as well.

    `text` is what the requester said; `answer` goes to them by mail. `department` and `assigned_to`
    are names, "" none.
    """

    subject: str
    text: str = ""
    requester: str = ""
    requester_name: str = ""
    department: str = ""
    priority: str = "normal"
    assigned_to: str = ""
    answer: str = ""


def opened(tx: Tx, given: Opening, by: str, now: float, key: str | None = None) -> tuple[int, bool]:
    """The ticket's number, and whether it is new: a `key` that has opened one within a day opens no other.

    Raises EditProblems with a line for each field that is wrong, and Refusal (key_used).
    """
    if key is not None:
        lock(tx)
        before = _before(tx, given, key, now)
        if before is not None:
            return before, False
    sound, department_id, staff_id = _sound(tx, given)
    contact = people.contact_of(tx, sound.requester) or {}
    values = {
        "organisation_id": contact.get("organisation_id"),
        "contact_id": contact.get("id"),
        "department_id": department_id,
        "subject": sound.subject,
        "requester": sound.requester,
        "requester_name": sound.requester_name or contact.get("name", ""),
        "priority": sound.priority,
    }
    number = ticket.create(tx, values, now)
    if staff_id is not None:
        ticket.change(tx, number, "assigned_to", staff_id, now)
    _say(tx, number, sound, by, now)
    if key is not None:
        once.remember(tx, key, "ticket", number, _asked(given), now)
    words = ("subject", "requester", "requester_name", "department", "priority", "assigned_to")
    after = {**{name: getattr(sound, name) for name in words}, "mail": bool(sound.answer)}
    change.record(tx, actor=by, action="ticket open", target=f"ticket {number}", now=now, after=after)
    return number, True


def _say(tx: Tx, number: int, sound: Opening, by: str, now: float) -> None:
    """Keep what the requester said, and put the first mail to them into the outbox."""
    row = ticket.one(tx, number)
    assert row is not None
    if sound.text:
        name, address = row["requester_name"], row["requester"]
        who = f"{name} <{address}>" if name and address else name or address
        message.add(tx, Message(number, "in", who, sound.text, now))
    if not sound.answer:
        return
    try:
        letter.reply(tx, row, sound.answer, by, now, first=True)
    except MailProblem as problem:
        raise EditProblems({"answer": f"no mail can be made of it: {problem}"}) from None
    ticket.touch(tx, number, now, None, "waiting")


def _sound(tx: Tx, given: Opening) -> tuple[Opening, int | None, int | None]:
    """The same, trimmed, with the department's id and the staff member's. Raises EditProblems."""
    words = {name: text.strip() for name, text in asdict(given).items() if name not in _TEXTS}
    made = Opening(**words, text=clean(given.text).strip(), answer=clean(given.answer).strip())
    wrong = {**_wrong_lines(made), **_wrong_texts(made)}
    department_id = staff_id = None
    if made.department and "department" not in wrong:
        if (department := objects.by_key(tx, "department", made.department)) is None:
            text = f"there is no department {made.department[:80]}: `tickworks object list department`"
            wrong["department"] = text
        else:
            department_id = int(department["id"])
    if made.assigned_to and "assigned_to" not in wrong:
        if (staff := people.staff_named(tx, made.assigned_to)) is None:
            text = f"there is no active staff member {made.assigned_to[:80]}: `tickworks object list staff`"
            wrong["assigned_to"] = text
        else:
            staff_id = int(staff["id"])
    if wrong:
        raise EditProblems(wrong)
    return made, department_id, staff_id


def _wrong_lines(made: Opening) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for name, longest in _LINES.items():
        try:
            checked_line(name, getattr(made, name), longest)
        except MailProblem as problem:
            wrong[name] = _bare(problem)
    if not made.subject:
        wrong["subject"] = "it is empty"
    if made.requester:
        try:
            checked_address("requester", made.requester)
        except MailProblem as problem:
            wrong["requester"] = _bare(problem)
    elif made.answer:
        wrong["requester"] = "it is empty: a mail needs an address"
    elif not made.requester_name:
        wrong["requester"] = "give an address, or at least a name"
    if made.priority not in ticket.PRIORITIES:
        wrong["priority"] = f"expected one of {', '.join(ticket.PRIORITIES)}"
    return wrong


def _wrong_texts(made: Opening) -> dict[str, str]:
    wrong = {}
    for name in _TEXTS:
        if len(getattr(made, name)) > LONGEST_TEXT:
            wrong[name] = f"at most {LONGEST_TEXT} characters, got {len(getattr(made, name))}"
    if not made.text and not made.answer:
        wrong["text"] = "it is empty: say what it is about, or write a mail"
    return wrong


def _bare(problem: MailProblem) -> str:
    """What is wrong, without the name of the field, which stands beside it."""
    return str(problem).partition(": ")[2]


def _before(tx: Tx, given: Opening, key: str, now: float) -> int | None:
    before = once.made(tx, key, now)
    if before is None:
        return None
    name, number, asked = before
    if name == "ticket" and asked == _asked(given) and ticket.one(tx, number) is not None:
        return number
    text = f"the key was used for {name} {number}, which was asked for in other words: use another key"
    raise Refusal("key_used", text)


def _asked(given: Opening) -> str:
    return hashlib.sha256(json.dumps(asdict(given), sort_keys=True).encode()).hexdigest()
