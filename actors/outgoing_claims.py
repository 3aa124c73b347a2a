"""The mails that a run has claimed: one at a time, or several of which nothing was sent yet.

With several, what became of a mail is written down in the transaction that begins the next: one for each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outgoing_accounts import account_for
from actors.outgoing_message import own_domain
from domain.mail.account import MailAccount

if TYPE_CHECKING:
    from store.outbox.claim import Claim
    from store.outbox.content import Content


class Claims:
    """`ahead`: how many are claimed at once. `notices` and `source` narrow, as in `store.outbox.claim`."""

    def __init__(
        self, context: Context, system: MailAccount, *, notices: bool, source: str | None, ahead: int
    ) -> None:
        self._context, self._system = context, system
        self._notices, self._source, self._ahead = notices, source, ahead
        self._claimed: deque[Claim] = deque()
        self._contents: dict[int, Content] = {}
        self._told: list[Callable[[Any], object]] = []

    def next(self, skip: Sequence[str]) -> Claim | None:
        """The next mail to send; None when there is none. `skip`: owners whose mail stays."""
        if not self._claimed:
            self._claim(tuple(skip))
        return self._claimed.popleft() if self._claimed else None

    def content(self, claimed: Claim, account: MailAccount) -> Content:
        """What is in it. Raises ClaimLost."""
        from store import database
        from store.outbox import content

        found = self._contents.pop(claimed.mail_id, None)
        return found or database.write(lambda tx: content.content(tx, claimed, own_domain(account)))

    def begin(self, begin: Callable[[Any], float]) -> float:
        """Begin a try, with what became of the one before; what `begin` gives."""
        from store import database

        def work(tx: Any) -> float:
            self._tell(tx)
            return begin(tx)

        wait = database.write(work)
        self._told.clear()
        return wait

    def tell(self, ended: Callable[[Any], bool]) -> bool:
        """Write down what became of a mail, now or with the next; False if it was not ours any more."""
        from store import database

        if self._ahead == 1:
            return database.write(ended)
        self._told.append(ended)
        return True

    def leave(self) -> None:
        """Write down what is known, and give back what was not begun."""
        from store import database
        from store.outbox import claim

        if not self._told and not self._claimed:
            return

        def work(tx: Any) -> None:
            self._tell(tx)
            for each in self._claimed:
                claim.release(tx, each)

        database.write(work)
        self._told.clear()
        self._claimed.clear()

    def _claim(self, skip: tuple[str, ...]) -> None:
        from store import database
        from store.outbox import claim, content

        context, notices, source = self._context, self._notices, self._source
        now = context.now.timestamp()
        taken = database.write(
            lambda tx: claim.claim(
                tx, context.run_id, context.fence, now, skip, notices, source, most=self._ahead
            )
        )
        self._claimed.extend(taken)
        if self._ahead > 1:
            owners = {each.owner for each in taken}
            domains = {owner: own_domain(account_for(owner, self._system)) for owner in owners}
            named = [(each, domains[each.owner]) for each in taken]
            self._contents = database.write(lambda tx: content.contents(tx, named))

    def _tell(self, tx: Any) -> None:
        for each in self._told:
            each(tx)
