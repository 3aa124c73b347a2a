"""Reads the mailboxes of the helpdesk: a mail is stored first and taken away from there afterwards.

A crash between the two loses nothing and doubles nothing: the next run knows the mail and only takes it away.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.desk.known import Known
from actors.desk.one_mail import Arrived, take
from actors.outcome import Outcome
from domain.mail_in.limits import DeskLimits

if TYPE_CHECKING:
    from backends.mail_in.source import Listed, MailSource

#: Seconds between two looks at an account that does well: the service's own interval.
INTERVAL = 60.0
#: Mails that are stored in one transaction, and their bytes.
TOGETHER, LARGEST_BATCH = 20, 8 * 2**20
#: Failures that are named in the run's message.
NAMED = 3

Row = dict[str, Any]


def read_accounts(context: Context, limits: DeskLimits) -> Outcome:
    """Go through all active accounts that are not to be left alone for now.

    Counts: what the mails became (``ticket``, ``reply``, ``command``, …), ``cleared`` (taken away from the
    mailbox), ``failed``.
    """
    from store import database
    from store.object import read

    return _Round(context, limits, read.live(database.read(), "mail_account", enabled=True)).run()


class _Round:
    def __init__(self, context: Context, limits: DeskLimits, accounts: list[Row]) -> None:
        from store import database
        from store.object import read

        self.context, self.limits, self.accounts = context, limits, accounts
        self.counts: Counter[str] = Counter(ticket=0, reply=0, cleared=0)
        self.troubles: list[str] = []
        self.left = False
        self.taken = 0
        tx = database.read()
        self.rules = read.live(tx, "mail_rule", enabled=True)
        self.departments = read.live(tx, "department", enabled=True)

    def run(self) -> Outcome:
        from backends.error import BackendError
        from config.secrets import SecretError
        from store import database
        from store.helpdesk import seen

        for account in self.accounts:
            if self.context.stopping():
                self.left = True
                break
            if seen.state(database.read(), account["id"])["not_before"] > self._now:
                self.counts["left_alone"] += 1
                continue
            try:
                self._read(account)
            except BackendError as error:
                self._failed(account, str(error), refused=error.kind == "auth")
            except (SecretError, LookupError) as error:
                self._failed(account, str(error), refused=True)
        return self._outcome()

    @property
    def _now(self) -> float:
        return self.context.now.timestamp()

    def _read(self, account: Row) -> None:
        """One account. Raises BackendError, SecretError, LookupError."""
        from backends.mail_in.opened import mailbox_of, opened
        from store import database
        from store.helpdesk import seen

        password = self.context.secret(account["password"]) if account["password"] else ""
        source = opened(mailbox_of(account, password, self.limits.timeout), self.context.stopping)
        gone: list[str] = []
        ended = False
        try:
            stored = self._take_all(account, source)
            if stored and self._may_clear(account):
                source.delete(stored)
                gone = stored
            source.close()
            ended = True
        finally:
            if not ended:
                source.close(keep=False)
        now = self._now

        def note(tx: Any) -> None:
            seen.cleared(tx, account["id"], gone, now)
            seen.good(tx, account["id"], now)

        database.write(note)
        self.counts["cleared"] += len(gone)

    def _take_all(self, account: Row, source: MailSource) -> list[str]:
        """Store what is new; the uids that may go from the mailbox."""
        from store import database
        from store.helpdesk import seen

        listed = source.listed()
        known = seen.known(database.read(), account["id"], listed)
        stored = [each.uid for each in listed if known.get(each.uid) == each.size]
        batch: list[Arrived] = []
        for each in listed:
            if known.get(each.uid) == each.size:
                continue
            if self.context.stopping() or self.taken >= self.limits.per_run:
                self.left = True
                break
            self.taken += 1
            if (arrived := self._arrived(account, source, each)) is not None:
                batch.append(arrived)
            if len(batch) == TOGETHER or sum(one.mail.size for one in batch) > LARGEST_BATCH:
                stored += self._store(account, batch)
                batch = []
            self.context.progress(self.taken, len(listed))
        stored += self._store(account, batch)
        staying = seen.stay(database.read(), account["id"], stored)
        return [uid for uid in stored if uid not in staying]

    def _arrived(self, account: Row, source: MailSource, each: Listed) -> Arrived | None:
        """A mail, fetched and read; None, and a word of it, if that fails."""
        from backends.error import BackendError
        from domain.mail_in.parse import parse

        try:
            fetched = source.fetch(each, self.limits.max_size * 2**20)
            mail = parse(fetched.data, fetched.size, fetched.whole)
            return Arrived(account, each, mail, self.rules, self.departments)
        except BackendError:
            raise
        except Exception as error:
            # Whatever is wrong with this mail must not keep those behind it.
            self._trouble(account, f"mail {each.uid}: {type(error).__name__}: {error}")
            return None

    def _store(self, account: Row, batch: list[Arrived]) -> list[str]:
        """Store mails together; one by one if that fails. The uids of those that are stored."""
        from store import database
        from store.errors import DatabaseError

        if not batch:
            return []
        now = self._now

        def work(tx: Any) -> list[str]:
            known = Known(tx, now)
            return [take(tx, each, self.limits, now, known) for each in batch]

        try:
            self.counts.update(database.write(work))
            return [each.listed.uid for each in batch]
        except DatabaseError:
            raise
        except Exception as error:
            if len(batch) == 1:
                uid = batch[0].listed.uid
                self._trouble(account, f"mail {uid}: {type(error).__name__}: {error}")
                return []
        return [uid for each in batch for uid in self._store(account, [each])]

    def _may_clear(self, account: Row) -> bool:
        name = account["name"]
        what = f"Take the mails that are tickets now away from the mail account {name}"
        return self.context.act(
            "outward", what, key=f"clear:{account['id']}", organisation=account["organisation"], object=name
        )

    def _failed(self, account: Row, text: str, refused: bool) -> None:
        from store import database
        from store.helpdesk import seen

        now = self._now
        database.write(lambda tx: seen.bad(tx, account["id"], text, refused, now, INTERVAL))
        self._trouble(account, text)

    def _trouble(self, account: Row, text: str) -> None:
        self.context.log.error("mail account", account=account["name"], error=text)
        self.troubles.append(f"{account['name']}: {text}")
        self.counts["failed"] += 1

    def _outcome(self) -> Outcome:
        texts = self.troubles[:NAMED]
        if len(self.troubles) > NAMED:
            texts.append(f"and {len(self.troubles) - NAMED} more")
        message = "; ".join(texts)
        if self.troubles and self.counts["failed"] >= len(self.accounts) and not self.taken:
            return Outcome("failed", self.counts, message)
        if self.troubles or self.left:
            return Outcome("partial", self.counts, message or "stopped; the next run goes on")
        return Outcome("done", self.counts)
