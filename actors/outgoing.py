"""Sends what waits in the outbox: one mail after the other, each with a result of its own.

Written once for the services that send. Any number of runs may send at the same moment: a mail
belongs to the run that claimed it, by its fence. A trouble of the server leaves all of its mail
waiting, untried; a trouble of one mail is that mail's alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outcome import Outcome
from actors.outgoing_accounts import account_for
from actors.outgoing_claims import Claims
from actors.outgoing_message import compose_for
from actors.outgoing_servers import OpenServers
from domain.mail.account import MailAccount
from domain.mail.problem import MailProblem

if TYPE_CHECKING:
    from store.outbox.claim import Claim
    from store.outbox.content import Content

Pause = Callable[[float], object]


def send_waiting(
    context: Context,
    system: MailAccount,
    *,
    notices: bool = False,
    source: str | None = None,
    ahead: int = 1,
    pause: Pause = time.sleep,
) -> Outcome:
    """Send the mail that is due; ``partial`` when some is left for the next run.

    With `notices` alone what was made of them, with `source` what this service wrote. Of many small mails
    `ahead` are claimed at once, and what became of one is written down with the beginning of the next.
    """
    return _Sending(context, system, notices, source, ahead, pause).run()


class _Left(Exception):
    """The mail at hand was given back, and the run is to end: the text says why, "" for a stop."""


class _Sending:
    """One run over the outbox."""

    def __init__(
        self,
        context: Context,
        system: MailAccount,
        notices: bool,
        source: str | None,
        ahead: int,
        pause: Pause,
    ) -> None:
        self.context, self.system, self.pause = context, system, pause
        self.notices, self.source = notices, source
        self.claims = Claims(context, system, notices=notices, source=source, ahead=ahead)
        self.counts: Counter[str] = Counter()
        self.troubles: dict[tuple[object, ...], str] = {}
        self.skip: list[str] = []
        self.servers = OpenServers(context)
        self.until = self.now() + system.longest

    def now(self) -> float:
        return self.context.now.timestamp()

    def run(self) -> Outcome:
        from store import database
        from store.outbox import claim
        from store.outbox.give_back import give_back

        start = self.now()
        if freed := database.write(lambda tx: give_back(tx, start, self.system.tries)):
            self.context.log.warning("mail of runs that were lost is free again", mails=freed)
        total = min(claim.waiting(database.read(), start, self.notices, self.source), self.system.per_run)
        try:
            for done in range(self.system.per_run):
                self.context.progress(done, max(total, done))
                if self.context.stopping() or self.now() >= self.until or not self._next():
                    break
        except _Left as left:
            self.troubles.setdefault((), str(left))
        finally:
            self.claims.leave()
            self.servers.close()
        return self._outcome(claim.waiting(database.read(), self.now(), self.notices, self.source))

    def _next(self) -> bool:
        """Send one mail; False when there is none to send."""
        from store import database
        from store.errors import DatabaseError
        from store.outbox import claim, ended

        context = self.context
        claimed = self.claims.next(self.skip)
        if claimed is None:
            return False
        try:
            self._send(claimed)
        except (_Left, DatabaseError):
            raise
        except claim.ClaimLost as lost:
            raise _Left(str(lost)) from None
        except Exception as error:
            # Whatever is wrong with this mail must not keep those behind it.
            text = f"{type(error).__name__}: {error}"
            context.log.error("mail failed", mail=claimed.mail_id, error=text)
            again = self._again(claimed)
            database.write(lambda tx: ended.spoiled(tx, claimed, text, self.now(), again))
            self.counts["failed" if again is None else "later"] += 1
        return True

    def _send(self, claimed: Claim) -> None:

        account = account_for(claimed.owner, self.system)
        if account.connection in self.troubles:
            self._skip_owner(claimed)
            return
        mail = self.claims.content(claimed, account)
        try:
            sender, message = compose_for(account, mail)
        except MailProblem as problem:
            self._stop_mail(claimed, str(problem))
            return
        if account.observe or self._is_observed(claimed.family):
            self._keep(claimed, account, mail, message)
        else:
            self._hand_in(claimed, account, mail, sender, message)

    def _is_observed(self, family: str | None) -> bool:
        """Read anew for each mail: whoever goes live, or back, means the next one already."""
        from store import database
        from store.live_family import observes

        return family is not None and observes(database.read(), family)

    def _keep(self, claimed: Claim, account: MailAccount, mail: Content, message: bytes) -> None:
        from pathlib import Path

        from backends import mail_folder
        from store import database
        from store.outbox import ended

        try:
            name = f"{claimed.mail_id}-{mail.message_id.strip('<>')}"
            path = mail_folder.keep(Path(account.folder), name, message)
        except OSError as error:
            self._trouble(claimed, account, f"mail cannot be kept in {account.folder}: {error.strerror}")
            return
        if database.write(lambda tx: ended.kept(tx, claimed, f"kept in {path}", self.now())):
            self.counts["kept"] += 1

    def _hand_in(
        self, claimed: Claim, account: MailAccount, mail: Content, sender: str, message: bytes
    ) -> None:
        from backends.smtp import SmtpError
        from store.outbox import ended

        try:
            self.servers.session(account)
        except SmtpError as error:
            self._trouble(claimed, account, str(error))
            return
        self._wait_for_turn(claimed, account)
        try:
            taken = self.servers.send(account, sender, mail.open, message)
        except SmtpError as error:
            self._not_taken(claimed, error)
            return
        again = self._again(claimed, begun=True)
        answer = taken.answer
        if claimed.doubted:
            answer += "; sent again under the same Message-ID, it may have come twice"
            self.context.log.warning(
                "mail may have come twice", mail=claimed.mail_id, message_id=mail.message_id
            )
        now = self.now()

        def took(tx: Any) -> bool:
            return ended.taken(tx, claimed, answer, now, taken.refused, again)

        if self.claims.tell(took):
            self.counts["sent"] += 1
            self.counts["refused_recipients"] += len(taken.refused)

    def _wait_for_turn(self, claimed: Claim, account: MailAccount) -> None:
        """Begin the try as soon as the host's rate allows. Raises _Left when that is too late."""
        from store import database
        from store.outbox import claim

        def begin(tx: Any) -> float:
            return claim.begin(tx, claimed, account.host, account.per_host_rate, self.now())

        while wait := self.claims.begin(begin):
            if self.context.stopping() or self.now() + wait > self.until:
                database.write(lambda tx: claim.release(tx, claimed))
                raise _Left("" if self.context.stopping() else f"the rate of {account.host} is reached")
            self.servers.stands_idle(account)
            self.pause(min(wait, 0.5))

    def _not_taken(self, claimed: Claim, error: Any) -> None:
        """Write down a try that failed, or whose outcome nobody knows."""
        from store import database
        from store.outbox import ended

        text = str(error)
        if error.kind == "unknown_outcome":
            again = self._again(claimed, begun=True, unknown=True)
            self.context.log.warning("mail may have arrived", mail=claimed.mail_id, error=text)
            database.write(lambda tx: ended.unknown(tx, claimed, text, self.now(), again))
            self.counts["unknown"] += 1
            return
        again = None if error.kind == "denied" else self._again(claimed, begun=True)
        self.context.log.warning("mail not taken", mail=claimed.mail_id, error=text)
        database.write(lambda tx: ended.refused(tx, claimed, text, self.now(), again, error.refused))
        self.counts["failed" if again is None else "later"] += 1

    def _stop_mail(self, claimed: Claim, text: str) -> None:
        from store import database
        from store.outbox import ended

        self.context.log.error("mail cannot be sent", mail=claimed.mail_id, error=text)
        database.write(lambda tx: ended.spoiled(tx, claimed, text, self.now(), None))
        self.counts["failed"] += 1

    def _trouble(self, claimed: Claim, account: MailAccount, text: str) -> None:
        """The server (or the folder) does not work: its mail stays, and costs no try."""
        self.context.log.error("mail waits", error=text)
        self.troubles[account.connection] = text
        self._skip_owner(claimed, text)

    def _skip_owner(self, claimed: Claim, text: str | None = None) -> None:
        from store import database
        from store.outbox import claim

        self.skip.append(claimed.owner or "")
        database.write(lambda tx: claim.release(tx, claimed, text))

    def _again(self, claimed: Claim, begun: bool = False, unknown: bool = False) -> float | None:
        from domain.mail.retry import next_try

        return next_try(self.now(), claimed.tries + 1, self.system.tries, unknown)

    def _outcome(self, left: int) -> Outcome:
        texts = [text for text in self.troubles.values() if text]
        counts = {name: count for name, count in self.counts.items() if count} | (
            {"left": left} if left else {}
        )
        if texts and not self.counts["sent"] and not self.counts["kept"]:
            return Outcome("failed", counts, "; ".join(texts))
        if texts or left:
            return Outcome("partial", counts, "; ".join(texts) or "stopped; the next run goes on")
        return Outcome("done", counts)
