"""Whom a campaign went to is forgotten some time after its end; the campaign stays, and says so."""

from __future__ import annotations

from collections.abc import Iterator

from domain.retention import Terms
from store import database
from store.retention import Gone
from store.tx import Tx

SAID = "its recipients were deleted: they are past their term"
#: A mail that is still on its way keeps its recipient.
_OLD = """
    SELECT c.id FROM campaign c WHERE c.ended_at < ? AND EXISTS (
        SELECT 1 FROM campaign_recipient r WHERE r.campaign_id = c.id AND r.state <> 'queued')
    ORDER BY c.id LIMIT 1"""


def clean(terms: Terms, batch: int) -> Iterator[Gone]:
    """Delete it, one transaction for each step of the iteration."""
    while row := database.read().one(_OLD, (terms.recipients,)):
        campaign_id = int(row[0])
        yield "recipients", database.write(lambda tx, one=campaign_id: _some(tx, one, batch), durable=False)  # type: ignore[misc]


def _some(tx: Tx, campaign_id: int, batch: int) -> int:
    tx.run("UPDATE campaign SET said = ? WHERE id = ?", (SAID, campaign_id))
    return tx.run(
        """DELETE FROM campaign_recipient WHERE id IN (
               SELECT id FROM campaign_recipient WHERE campaign_id = ? AND state <> 'queued'
               ORDER BY id LIMIT ?)""",
        (campaign_id, batch),
    )
