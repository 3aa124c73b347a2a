"""Mails of the helpdesk, into the outbox: answers of people, and what Tickworks writes by itself.

Each carries the ticket's token in its subject and its Message-ID, so that an answer finds back, and the
site's own mark, so that it is never taken for a new mail. They are of the family ``helpdesk``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.mail.address import checked_address, checked_sender
from domain.mail.draft import Attachment, Draft
from domain.mail_in import threading
from domain.mail_in.files import File
from domain.mail_in.quoted import MARK
from store import setting
from store.helpdesk import message
from store.helpdesk.message import Message
from store.outbox.put import put
from store.tx import Tx

FAMILY = "helpdesk"
_SETTING = "helpdesk_mark"
_LONGEST_REFERENCES = 1_900


class Origin(NamedTuple):
    """A department's sender, the organisation by whose server it goes out, the site's mark ("": none)."""

    sender: str | None
    owner: str | None
    mark: str


def site_mark(tx: Tx, now: float) -> str:
    """What this site's own mails are known by; made once."""
    found = setting.get(tx, _SETTING)
    if found is None:
        found = secrets.token_hex(12)
        setting.put(tx, _SETTING, found, now)
    return str(found)


def reply(
    tx: Tx,
    ticket: Mapping[str, Any],
    text: str,
    sender: str,
    now: float,
    *,
    first: bool = False,
    files: tuple[File, ...] = (),
) -> None:
    """An answer of a person (`sender`: whose, as people know them) to the requester, with their `files`.

    `first`: they have not written, so that the subject is no "Re:".
    Raises MailProblem: no mail can be made of it, or the requester has no address.
    """
    checked_address("requester", ticket["requester"])
    subject = " ".join(str(ticket["subject"]).split())[:300] if first else _answer(ticket)
    key, name = _put(tx, ticket, (ticket["requester"],), subject, text, now, by_hand=True, files=files)
    said = Message(ticket["id"], "out", sender, text, now, message_id=name, mail_key=key, files=files)
    message.add(tx, said)


def received(tx: Tx, ticket: Mapping[str, Any], now: float, origin: Origin, answers: list[str]) -> None:
    """Tell the requester that the mail is a ticket now. `answers`: its Message-ID, if it has one."""
    text = (
        f"We have received your message. It has the number {ticket['id']}.\n\n"
        "You may answer this mail: what you write comes to the same place."
    )
    _put(tx, ticket, (ticket["requester"],), _answer(ticket), text, now, origin, answers)


def challenge(tx: Tx, ticket: Mapping[str, Any], now: float, origin: Origin, answers: list[str]) -> None:
    """Ask an unknown sender to answer once. `answers`: the Message-ID of the mail, if it has one."""
    text = (
        "We have received a message in your name, and do not know your address yet.\n\n"
        "If it was yours, answer this mail, with any text: your message is read then. "
        "If it was not, there is nothing to do."
    )
    _put(tx, ticket, (ticket["requester"],), _answer(ticket), text, now, origin, answers)


def tell(
    tx: Tx, ticket: Mapping[str, Any], staff: Mapping[str, Any], text: str, now: float, origin: Origin
) -> None:
    """Tell one staff member of a new message; the mail's token is theirs alone, and proves their answer."""
    who = ticket["requester_name"] or ticket["requester"]
    head = (
        f"Ticket {ticket['id']}, from {who}\n\n{text[:5_000]}\n\n"
        "Your answer goes to the customer. Commands at its top, each on a line: #close, #assign NAME, "
        "#priority high, #note …"
    )
    subject = " ".join(ticket["subject"].split())[:300]
    _put(tx, ticket, (staff["email"],), subject, head, now, origin, purpose=threading.staff(staff["id"]))


def say(tx: Tx, ticket: Mapping[str, Any] | None, to: str, subject: str, text: str, now: float) -> None:
    """Answer a staff member's command."""
    if ticket is not None:
        _put(tx, ticket, (to,), subject, text, now)
        return
    headers = (("X-Tickworks-Loop", site_mark(tx, now)), ("Auto-Submitted", "auto-replied"))
    key = f"helpdesk:{secrets.token_hex(10)}"
    put(tx, Draft(key, (to,), subject, text, source=FAMILY, family=FAMILY, headers=headers), now)


def _put(
    tx: Tx,
    ticket: Mapping[str, Any],
    to: tuple[str, ...],
    subject: str,
    text: str,
    now: float,
    given: Origin | None = None,
    answers: list[str] | None = None,
    *,
    by_hand: bool = False,
    purpose: str = threading.CUSTOMER,
    files: tuple[File, ...] = (),
) -> tuple[str, str]:
    """Put a mail about a ticket into the outbox: its key there, and its Message-ID.

    `answers`: the Message-IDs that it refers to, the newest last; None: those of the ticket.
    """
    sender, owner, mark = given or origin(tx, ticket)
    token = threading.token(ticket["secret"], ticket["id"], purpose)
    nonce = secrets.token_hex(10)
    domain = checked_sender("sender", sender).domain if sender else "tickworks.invalid"
    name = threading.message_id(ticket["id"], token, nonce, domain)
    submitted = "no" if by_hand else "auto-generated" if purpose != threading.CUSTOMER else "auto-replied"
    headers = [("X-Tickworks-Loop", mark or site_mark(tx, now)), ("Auto-Submitted", submitted)]
    if purpose == threading.CUSTOMER:
        headers += _references(message.last_from(tx, ticket["id"]) if answers is None else answers)
    key = f"helpdesk:{nonce}"
    draft = Draft(
        key,
        to,
        threading.tagged(subject, ticket["id"], token),
        f"{MARK}\n\n{text}",
        sender=sender,
        owner=owner,
        source=FAMILY,
        family=FAMILY,
        headers=tuple(headers),
        message_id=name,
        attachments=tuple(Attachment(each.name, each.media_type, each.content) for each in files),
    )
    put(tx, draft, now)
    return key, name


def origin(tx: Tx, ticket: Mapping[str, Any]) -> Origin:
    """Whom mails of the ticket's department are from."""
    row = tx.one(
        """SELECT d.sender, o.name, s.value FROM (SELECT 1 AS one) here LEFT JOIN setting s ON s.name = ?
           LEFT JOIN department d ON d.id = ? LEFT JOIN organisation o ON o.id = d.organisation_id""",
        (_SETTING, ticket["department_id"]),
    )
    return Origin(row[0], row[1], json.loads(row[2]) if row[2] else "") if row else Origin(None, None, "")


def _answer(ticket: Mapping[str, Any]) -> str:
    subject = " ".join(str(ticket["subject"]).split())[:300]
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _references(answers: list[str]) -> list[tuple[str, str]]:
    known = [each for each in answers if each.isascii() and each.isprintable()]
    while known and len(" ".join(known)) > _LONGEST_REFERENCES:
        known.pop(0)
    return [("In-Reply-To", known[-1]), ("References", " ".join(known))] if known else []
