"""What becomes of one mail: a ticket, an answer in one, a command, or nothing. One transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from domain.mail.problem import MailProblem
from domain.mail_in import quoted, threading
from domain.mail_in.command import commands
from domain.mail_in.files import File
from domain.mail_in.handed_in import handed_in
from domain.mail_in.limits import DeskLimits
from domain.mail_in.loop import Written, written_by
from domain.mail_in.parse import Parsed
from domain.mail_in.rules import first_that_fits

if TYPE_CHECKING:
    from actors.desk.known import Known
    from backends.mail_in.source import Listed
    from store.tx import Tx

Row = dict[str, Any]


@dataclass(frozen=True)
class Arrived:
    """A mail that was fetched and read, and what decides about it."""

    account: Mapping[str, Any]
    listed: Listed
    mail: Parsed
    rules: Sequence[Mapping[str, Any]]
    departments: Sequence[Row]


def take(tx: Tx, arrived: Arrived, limits: DeskLimits, now: float, known: Known) -> str:
    """Do all that a mail asks for, once: what it became, or ``known``."""
    from store.helpdesk import seen

    account_id, uid = arrived.account["id"], arrived.listed.uid
    noted = seen.take(tx, account_id, uid, arrived.listed.size, arrived.mail, now)
    if noted != "new":
        return noted or "known"
    written = written_by(arrived.mail, known.mark)
    if written == "own":
        became, ticket_id = "loop", None
    else:
        became, ticket_id = _Intake(tx, arrived, limits, now, written, known).run()
    seen.became(tx, account_id, uid, became, ticket_id)
    return became


class _Intake:
    def __init__(
        self, tx: Tx, arrived: Arrived, limits: DeskLimits, now: float, written: Written, known: Known
    ) -> None:
        self.known = known
        self.tx, self.arrived, self.limits, self.now, self.written = tx, arrived, limits, now, written
        self.mail = arrived.mail
        self.text, self.rest = quoted.split(self.mail.text)
        self.staff = known.staff_of(self.mail.sender)

    def run(self) -> tuple[str, int | None]:
        ticket, proof = self._named()
        asked, _ = commands(self.text) if self.staff and self.written == "person" else ([], "")
        if asked:
            return self._command(ticket, proof)
        if ticket is not None:
            return self._answer(ticket, proof)
        if self.written == "answer":
            return "loop", None
        return self._new()

    def _named(self) -> tuple[Row | None, str]:
        """The ticket that the mail belongs to, and whose token proves it: customer, staff or nobody's."""
        from store.helpdesk import message
        from store.helpdesk import ticket as stored

        for number, given in threading.named(self.mail):
            found = stored.one(self.tx, number)
            if found is None:
                continue
            if self.staff and threading.is_token(
                given, found["secret"], number, threading.staff(self.staff["id"])
            ):
                return found, "staff"
            if threading.is_token(given, found["secret"], number):
                return found, "customer"
        known = message.ticket_of(self.tx, threading.answered(self.mail))
        found = None if known is None else stored.one(self.tx, known)
        if found and (self.staff or found["requester"].lower() == self.mail.sender.lower()):
            return found, ""
        return None, ""

    def _command(self, ticket: Row | None, proof: str) -> tuple[str, int | None]:
        from store.helpdesk import command

        assert self.staff is not None
        ticket_id = ticket["id"] if ticket else None
        command.put(
            self.tx,
            {
                "account_id": self.arrived.account["id"],
                "ticket_id": ticket_id,
                "staff_id": self.staff["id"],
                "sender": self.mail.sender,
                "command": self.text.strip().partition("\n")[0][:200],
                "proof": "token" if proof == "staff" else "",
                "results": self.mail.fields.get("authentication-results", ""),
                "message_id": self.mail.message_id,
                "text": self.text,
            },
            self.now,
        )
        return "command", ticket_id

    def _answer(self, ticket: Row, proof: str) -> tuple[str, int | None]:
        """A message in a ticket that there is; a proved one of staff goes on to the requester."""
        from store.helpdesk import letter, people
        from store.helpdesk import ticket as stored

        number = ticket["id"]
        if self.staff and proof == "staff" and self.written == "person" and self.text:
            letter.reply(
                self.tx, ticket, self.text, self.staff["name"], self.now, files=self._passed_on(number)
            )
            stored.touch(self.tx, number, self.now, self._lock_until, "waiting")
            return "reply", number
        self._keep(number)
        if self.written != "person":
            stored.touch(self.tx, number, self.now, None)
            return "reply", number
        if ticket["state"] == "deleted":
            stored.move(self.tx, number, "open", self.now)
        if ticket["state"] == "unconfirmed":
            if proof != "customer":
                return "reply", number
            people.answered(self.tx, self.mail.sender, self.now)
        stored.touch(self.tx, number, self.now, self._lock_until, "open")
        self._tell(ticket)
        return ("confirmed" if ticket["state"] == "unconfirmed" else "reply"), number

    def _passed_on(self, number: int) -> tuple[File, ...]:
        """The files that go on with an answer of staff; if they are too much they stay in the thread."""
        from store.helpdesk import message

        files = [each for each in self.mail.files if each.content]
        try:
            return handed_in(files, self.limits.max_size * 2**20)
        except MailProblem as problem:
            assert self.staff is not None
            said = f"These did not go on to the customer: {problem}"
            kept = message.Message(number, "note", self.staff["name"], said, self.now, files=tuple(files))
            message.add(self.tx, kept)
            return ()

    def _new(self) -> tuple[str, int | None]:
        from store.helpdesk import letter, people
        from store.helpdesk import ticket as stored

        rule = first_that_fits(self.arrived.rules, self._values(), self.arrived.account["id"])
        action = rule["action"] if rule else ""
        if action in ("delete", "ignore"):
            return "rule", 0 if action == "ignore" else None
        contact = people.contact_of(self.tx, self.mail.sender)
        unknown = (
            self.limits.challenge and self.written == "person" and contact is None and self.staff is None
        )
        asks = unknown and bool(self.mail.sender) and not people.confirmed(self.tx, self.mail.sender)
        department = self._department(rule)
        values = {
            "organisation_id": contact["organisation_id"]
            if contact
            else self.arrived.account["organisation_id"],
            "contact_id": contact["id"] if contact else None,
            "department_id": department["id"] if department else None,
            "subject": threading.untagged(self.mail.subject) or "(no subject)",
            "requester": self.mail.sender,
            "requester_name": self.mail.sender_name or (contact["name"] if contact else ""),
            "state": "unconfirmed" if asks else "open",
            "priority": rule["priority"] if rule and action in ("department", "priority") else "normal",
            "secret": threading.new_secret(),
        }
        number = stored.create(self.tx, values, self.now)
        self._keep(number)
        ticket = {**values, "id": number, "assigned_to": None}
        origin = self.known.origin(ticket)
        answers = [self.mail.message_id] if self.mail.message_id else []
        if action == "spam":
            stored.move(self.tx, number, "deleted", self.now)
            return "rule", number
        if asks:
            if people.challenge(self.tx, self.mail.sender, threading.new_secret(), self.now):
                self._send(partial(letter.challenge, self.tx, ticket, self.now, origin, answers))
            return "ticket", number
        every = self.limits.auto_reply_minutes * 60.0
        told = self.limits.auto_reply and self.written == "person" and bool(self.mail.sender)
        if told and people.may_auto_reply(self.tx, self.mail.sender, self.now, every):
            self._send(partial(letter.received, self.tx, ticket, self.now, origin, answers))
        self._tell(ticket)
        return "ticket", number

    def _department(self, rule: Mapping[str, Any] | None) -> Row | None:
        """The rule's, else the one that the mail is addressed to, else the only one."""
        from email.utils import parseaddr

        wanted = rule["department_id"] if rule else None
        if wanted is not None:
            return next((each for each in self.arrived.departments if each["id"] == wanted), None)
        to = self.mail.to.lower().split()
        for each in self.arrived.departments:
            if parseaddr(each["sender"])[1].lower() in to:
                return each
        return self.arrived.departments[0] if len(self.arrived.departments) == 1 else None

    def _keep(self, number: int) -> None:
        from store.helpdesk import message
        from store.helpdesk.message import Message

        name, address = self.mail.sender_name, self.mail.sender
        message.add(
            self.tx,
            Message(
                number,
                "in",
                f"{name} <{address}>" if name else address or "(no sender)",
                self.text,
                self.now,
                message_id=self.mail.message_id,
                quoted=self.rest,
                automatic=self.written != "person",
                size=self.mail.size,
                trouble="; ".join(self.mail.troubles),
                files=self.mail.files,
            ),
        )

    def _tell(self, ticket: Row) -> None:
        """Tell those who answer, but nobody of what they wrote themselves."""
        from store.helpdesk import letter

        own = [each["members"] for each in self.arrived.departments if each["id"] == ticket["department_id"]]
        for each in self.known.told(ticket, own[0] if own else ()):
            if each["email"].lower() != self.mail.sender.lower():
                origin = self.known.origin(ticket)
                self._send(partial(letter.tell, self.tx, ticket, each, self.text, self.now, origin))

    @staticmethod
    def _send(letter: Callable[[], object]) -> None:
        # An address that no mail can go to keeps no ticket back; the outbox checks before it writes.
        with suppress(MailProblem):
            letter()

    def _values(self) -> dict[str, str]:
        sender = f"{self.mail.sender_name} {self.mail.sender}".strip()
        return {
            "from": self.mail.sender if not self.mail.sender_name else sender,
            "to": self.mail.to,
            "subject": self.mail.subject,
            "text": self.mail.text,
        }

    @property
    def _lock_until(self) -> float:
        return self.now + self.limits.lock_minutes * 60.0
