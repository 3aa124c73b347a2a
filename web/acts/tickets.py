"""What agents do with tickets. The lock and the revision keep two of them from overwriting each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.mail.problem import MailProblem
from domain.mail_in.files import File
from domain.mail_in.handed_in import handed_in
from domain.mail_in.parse import clean
from domain.time.clock import rfc3339
from node.site import Site
from store import change, database
from store.helpdesk import letter, message, people, ticket
from store.helpdesk.message import Message
from store.object import read as objects
from store.tx import Tx
from web.acts.edit_service import Edited
from web.acts.refusal import Refusal
from web.acts.ticket_opening import LONGEST_TEXT, Opening, opened
from web.shown import tickets as shown

Shown = dict[str, Any]

#: Minutes that a lock lasts which an agent takes on the page.
LOCK_MINUTES = 30


@dataclass(frozen=True)
class Opened:
    """A ticket as `web.shown.tickets.one` shows it; not `new`: the same key had opened it before."""

    ticket: Shown
    new: bool


class Tickets:
    """The acts of one person; each is one transaction with its audit entry.

    `expect` is the revision that was looked at, None: whatever it is now. They raise Refusal
    (unknown_ticket, locked, bad_value, no_change, deleted, key_used), Edited (somebody was faster) and
    DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, admin: bool = False) -> None:
        self._site = site
        self._by = by
        self._admin = admin

    def open(self, given: Opening, key: str | None = None) -> Opened:
        """A ticket that nobody wrote a mail for; with a `key` that has opened one within a day, that again.

        With an answer the first mail goes to the requester, and the ticket waits for them.
        Raises EditProblems.
        """
        number, new = database.write(lambda tx: opened(tx, given, self._by, self._now, key))
        return Opened(self._shown(number), new)

    def reply(
        self,
        number: int,
        text: str,
        expect: int | None = None,
        close: bool = False,
        files: Sequence[File] = (),
    ) -> Shown:
        """Answer the requester by mail, with files; the ticket waits for them, or is closed."""
        said = _text(text)
        sent = self._files(files)

        def work(tx: Tx, row: Shown) -> None:
            if row["state"] == "deleted":
                raise Refusal("deleted", f"ticket {number} is deleted: open it again first")
            try:
                letter.reply(tx, row, said, self._by, self._now, files=sent)
            except MailProblem as problem:
                raise Refusal("bad_value", f"no mail can be made of it: {problem}") from None
            if close:
                ticket.move(tx, number, "closed", self._now)
            until = self._now + LOCK_MINUTES * 60
            ticket.touch(tx, number, self._now, until, None if close else "waiting")
            after = {"characters": len(said), "closed": close, "files": [each.name for each in sent]}
            self._record(tx, "ticket reply", number, after=after)

        return self._do(number, expect, work)

    def note(self, number: int, text: str, expect: int | None = None) -> Shown:
        """Write down something that only agents see."""
        said = _text(text)

        def work(tx: Tx, row: Shown) -> None:
            message.add(tx, Message(number, "note", self._by, said, self._now))
            ticket.touch(tx, number, self._now, None)
            self._record(tx, "ticket note", number, after={"characters": len(said)})

        return self._do(number, expect, work)

    def move(self, number: int, state: str, expect: int | None = None) -> Shown:
        """Open, close or delete it; what is deleted goes for good after the term."""
        if state not in ("open", "waiting", "closed", "deleted"):
            raise Refusal("bad_value", f"state: expected open, waiting, closed or deleted, got {state!r}")

        def work(tx: Tx, row: Shown) -> None:
            if not ticket.move(tx, number, state, self._now):
                raise Refusal("no_change", f"ticket {number} is {state} already")
            self._record(tx, f"ticket {state}", number, before=row["state"], after=state)

        return self._do(number, expect, work)

    def assign(self, number: int, staff: str, expect: int | None = None) -> Shown:
        """Give it to a staff member by name; "": to nobody."""

        def work(tx: Tx, row: Shown) -> None:
            found = people.staff_named(tx, staff) if staff.strip() else None
            if staff.strip() and found is None:
                text = f"there is no active staff member {staff[:80]}: `tickworks object list staff`"
                raise Refusal("bad_value", text)
            ticket.change(tx, number, "assigned_to", found["id"] if found else None, self._now)
            after = found["name"] if found else None
            self._record(tx, "ticket assign", number, before=row["assignee"], after=after)

        return self._do(number, expect, work)

    def priority(self, number: int, priority: str, expect: int | None = None) -> Shown:
        """How urgent it is."""
        if priority not in shown.PRIORITIES:
            raise Refusal("bad_value", f"priority: expected one of {', '.join(shown.PRIORITIES)}")

        def work(tx: Tx, row: Shown) -> None:
            ticket.change(tx, number, "priority", priority, self._now)
            self._record(tx, "ticket priority", number, before=row["priority"], after=priority)

        return self._do(number, expect, work)

    def department(self, number: int, department: str, expect: int | None = None) -> Shown:
        """Give it to a department by name."""

        def work(tx: Tx, row: Shown) -> None:
            found = objects.by_key(tx, "department", department)
            if found is None:
                text = f"there is no department {department[:80]}: `tickworks object list department`"
                raise Refusal("bad_value", text)
            ticket.change(tx, number, "department_id", found["id"], self._now)
            self._record(tx, "ticket department", number, before=row["department"], after=found["name"])

        return self._do(number, expect, work)

    def lock(self, number: int) -> Shown:
        """Take it: until the lock ends nobody else changes it."""

        def work(tx: Tx, row: Shown) -> None:
            ticket.lock(tx, number, self._by, self._now + LOCK_MINUTES * 60, self._now)
            self._record(tx, "ticket lock", number)

        return self._do(number, None, work)

    def unlock(self, number: int) -> Shown:
        """Give the lock back; an admin gives back anybody's."""

        def work(tx: Tx) -> None:
            row = _row(tx, number)
            if not ticket.unlock(tx, number, None if self._admin else self._by):
                if row["lock_by"] is None:
                    raise Refusal("no_change", f"ticket {number} is not locked")
                raise _locked(row)
            self._record(tx, "ticket unlock", number, before=row["lock_by"])

        database.write(work)
        return self._shown(number)

    def _do(self, number: int, expect: int | None, work: Callable[[Tx, Shown], None]) -> Shown:
        """One act on a ticket that nobody else holds and that is as it was looked at."""

        def whole(tx: Tx) -> None:
            # A change of nothing, so that no other act is between the look and the change.
            tx.run("UPDATE ticket SET changed_at = changed_at WHERE id = ?", (number,))
            row = _row(tx, number)
            if row["lock_by"] not in (None, self._by) and row["lock_until"] > self._now:
                raise _locked(row)
            if expect is not None and expect != row["revision"]:
                last = change.last(tx, f"ticket {number}")
                text = f"ticket {number} has changed since you looked: look again"
                raise Edited(text, shown.one(tx, number, self._now) or {}, last)
            work(tx, row)

        database.write(whole)
        return self._shown(number)

    def _files(self, files: Sequence[File]) -> tuple[File, ...]:
        try:
            return handed_in(files, self._site.settings.mail.size_limit * 2**20)
        except MailProblem as problem:
            raise Refusal("bad_value", str(problem)) from None

    def _shown(self, number: int) -> Shown:
        found = shown.one(database.read(), number, self._now)
        assert found is not None
        return found

    @property
    def _now(self) -> float:
        return self._site.clock.now()

    def _record(self, tx: Tx, action: str, number: int, **states: Any) -> None:
        change.record(tx, actor=self._by, action=action, target=f"ticket {number}", now=self._now, **states)


def _row(tx: Tx, number: int) -> Shown:
    row = ticket.one(tx, number)
    if row is None:
        raise Refusal("unknown_ticket", f"there is no ticket {number}: `tickworks ticket list` shows them")
    return row


def _locked(row: Shown) -> Refusal:
    until = rfc3339(row["lock_until"])
    return Refusal(
        "locked", f"ticket {row['id']} is locked by {row['lock_by']} until {until}: ask them, or wait"
    )


def _text(text: str) -> str:
    said = clean(text).strip()
    if not said or len(said) > LONGEST_TEXT:
        raise Refusal("bad_value", f"text: expected 1 to {LONGEST_TEXT} characters, got {len(said)}")
    return said
