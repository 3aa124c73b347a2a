"""What operators do with mails of the outbox: have one tried again, or take one out before it goes."""

from __future__ import annotations

from typing import Any

from node.site import Site
from store import change, database
from store.outbox import by_hand
from store.tx import Tx
from web.acts.refusal import Refusal


class Mails:
    """The acts of one person. They raise Refusal (unknown_mail, ended, once) and DatabaseAway."""

    def __init__(self, site: Site, *, by: str) -> None:
        self._site = site
        self._by = by

    def retry(self, mail_id: int) -> None:
        """Have it tried with the next run that sends."""

        def work(tx: Tx) -> None:
            row = _known(tx, mail_id)
            if row["at_most_once"]:
                raise Refusal("once", f"mail {mail_id} is of a campaign, which writes to nobody twice")
            if not by_hand.retry(tx, mail_id, self._site.clock.now()):
                raise Refusal("ended", f"mail {mail_id} is {row['state']}: there is nothing to try again")
            self._record(tx, "mail retry", mail_id)

        database.write(work)

    def cancel(self, mail_id: int) -> None:
        """It goes no more."""

        def work(tx: Tx) -> None:
            row = _known(tx, mail_id)
            if not by_hand.cancel(tx, mail_id, self._by, self._site.clock.now()):
                raise Refusal("ended", f"mail {mail_id} is {row['state']}: it cannot be cancelled any more")
            self._record(tx, "mail cancel", mail_id)

        database.write(work)

    def _record(self, tx: Tx, action: str, mail_id: int) -> None:
        change.record(tx, actor=self._by, action=action, target=f"mail {mail_id}", now=self._site.clock.now())


def _known(tx: Tx, mail_id: int) -> dict[str, Any]:
    row = by_hand.one(tx, mail_id)
    if row is None:
        raise Refusal("unknown_mail", f"there is no mail {mail_id}: the mail log shows them")
    return row
