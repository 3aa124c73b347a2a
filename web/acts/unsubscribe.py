"""Asking for no more mails, by the link in one of them. Nobody is signed in here."""

from __future__ import annotations

from typing import Any

from domain.campaign.unsubscribing import recipient_of
from node.site import Site
from store import change, database
from store.campaign import suppressed
from store.tx import Tx


def whose(tx: Tx, token: str) -> dict[str, Any] | None:
    """Whom a link names: ``address``, ``organisation``; None for a link that is not ours, or too old."""
    key = suppressed.known_key(tx)
    number = None if key is None else recipient_of(key, token)
    return None if number is None else suppressed.recipient(tx, number)


def unsubscribe(site: Site, token: str) -> dict[str, Any] | None:
    """Send the link's address no more of this organisation's campaigns; whom, or None as in `whose`.

    The same a second time changes nothing.
    """

    def work(tx: Tx) -> dict[str, Any] | None:
        row = whose(tx, token)
        if row is None:
            return None
        now = site.clock.now()
        if suppressed.add(
            tx,
            row["address"],
            "unsubscribed",
            now,
            organisation_id=row["organisation_id"],
            said=f"by the link in {row['campaign']}",
            campaign_id=row["campaign_id"],
        ):
            change.record(
                tx, actor="a recipient", action="unsubscribe", target=f"address {row['address']}", now=now
            )
        return row

    return database.write(work)
