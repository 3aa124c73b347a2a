"""The recipients of a campaign: frozen when it starts, each with a state and at most one mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from domain.campaign.audience import Audience
from domain.campaign.campaign import Person
from domain.mail.bounce import no_such_address
from domain.mail.draft import Draft
from store.campaign import suppressed
from store.outbox.put import put
from store.tx import Tx, marks

Row = dict[str, Any]
Result = TypeVar("Result")
Write = Callable[[Callable[[Tx], Result]], Result]

#: Rows that one transaction writes, and recipients that one statement takes.
BATCH, TOGETHER = 5_000, 100

_CONTACTS = """
    SELECT t.email, t.name, o.name, t.duties FROM contact t JOIN organisation o ON o.id = t.organisation_id
    WHERE t.archived_at IS NULL AND o.archived_at IS NULL AND t.email <> '' {only} ORDER BY t.id"""
_BELOW = """
    AND o.id IN (WITH RECURSIVE below (id) AS (
        SELECT id FROM organisation WHERE LOWER(name) IN ({names}) AND archived_at IS NULL
        UNION SELECT c.id FROM organisation c JOIN below b ON c.parent_id = b.id)
        SELECT id FROM below)"""


def people(tx: Tx, audience: Audience) -> Iterator[Person]:
    """Whom it would go to now; an address may come twice."""
    if audience.people:
        yield from (Person(*each) for each in audience.people)
        return
    only, params = "", []
    if audience.organisations:
        only += _BELOW.format(names=marks(audience.organisations))
        params += [name.lower() for name in audience.organisations]
    if audience.kinds:
        only += f" AND o.kind IN ({marks(audience.kinds)})"
        params += audience.kinds
    for address, name, organisation, duties in tx.all(_CONTACTS.format(only=only), params):
        if not audience.duties or set(audience.duties) & set(json.loads(duties)):
            yield Person(address, name, organisation)


def freeze(write: Write[Any], campaign_id: int, found: Sequence[Person]) -> None:
    """Write down whom it goes to, in as many transactions as that takes; one that broke off begins anew."""
    write(lambda tx: tx.run("DELETE FROM campaign_recipient WHERE campaign_id = ?", (campaign_id,)))
    for start in range(0, len(found), BATCH):
        rows = [(campaign_id, p.address, p.name, p.organisation) for p in found[start : start + BATCH]]
        write(
            lambda tx, rows=rows: tx.many(  # type: ignore[misc]
                """INSERT INTO campaign_recipient (campaign_id, address, name, organisation)
                   VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                rows,
            )
        )


def leave_out(tx: Tx, campaign_id: int, organisation_id: int, now: float) -> int:
    """Those who asked for no more, or whose address is dead, get none; how many."""
    return tx.run(
        """UPDATE campaign_recipient
           SET state = CASE WHEN s.why = 'bounced' THEN 'bounced' ELSE 'unsubscribed' END,
               answer = 'suppressed: ' || s.why, ended_at = ?
           FROM suppressed s WHERE s.address = LOWER(campaign_recipient.address)
             AND s.organisation_id IN (0, ?) AND campaign_recipient.campaign_id = ?
             AND campaign_recipient.state = 'waiting'""",
        (now, organisation_id, campaign_id),
    )


def spent(tx: Tx, campaign_id: int, now: float) -> int:
    """How many of its mails count for this minute: on their way, or gone since a minute ago."""
    return int(
        tx.value(
            """SELECT COUNT(*) FROM campaign_recipient WHERE campaign_id = ? AND state <> 'unsubscribed'
               AND mail_id IS NOT NULL AND (state = 'queued' OR queued_at > ? OR ended_at > ?)""",
            (campaign_id, now - 60, now - 60),
        )
    )


def waiting(tx: Tx, campaign_id: int, limit: int) -> list[Row]:
    """The next that get theirs."""
    return tx.dicts(
        """SELECT id, address, name, organisation FROM campaign_recipient
           WHERE campaign_id = ? AND state = 'waiting' ORDER BY id LIMIT ?""",
        (campaign_id, limit),
    )


def queue(tx: Tx, drafts: Mapping[int, Draft], now: float) -> int:
    """Put recipients' mails into the outbox; how many: not of those who have one, or get none any more."""
    queued = 0
    numbers = list(drafts)
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        ours = tx.all(
            f"""UPDATE campaign_recipient SET state = 'queued', queued_at = ?
                WHERE id IN ({marks(some)}) AND state = 'waiting' RETURNING id""",
            (now, *some),
        )
        for recipient_id in sorted(row[0] for row in ours):
            draft = drafts[recipient_id]
            mail_id = put(tx, draft, now)
            if mail_id is None:
                mail_id = tx.value("SELECT id FROM mail WHERE once_key = ?", (draft.once_key,))
            tx.later("UPDATE campaign_recipient SET mail_id = ? WHERE id = ?", (mail_id, recipient_id))
        queued += len(ours)
    return queued


def failed(tx: Tx, recipient_id: int, answer: str, now: float) -> bool:
    """No mail can be made for somebody; whether they still waited."""
    return (
        tx.run(
            """UPDATE campaign_recipient SET state = 'failed', answer = ?, ended_at = ?
               WHERE id = ? AND state = 'waiting'""",
            (answer, now, recipient_id),
        )
        > 0
    )


def take_back(tx: Tx, campaign_id: int) -> int:
    """What waits in the outbox comes back; what is being sent, or may have arrived, stays; how many."""
    tx.run(
        """DELETE FROM mail WHERE state = 'queued'
           AND id IN (SELECT mail_id FROM campaign_recipient WHERE campaign_id = ? AND state = 'queued')""",
        (campaign_id,),
    )
    return tx.run(
        """UPDATE campaign_recipient SET state = 'waiting', mail_id = NULL, queued_at = NULL
           WHERE campaign_id = ? AND state = 'queued'
             AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.id = campaign_recipient.mail_id)""",
        (campaign_id,),
    )


def settle(tx: Tx, campaign_id: int, now: float) -> tuple[int, int]:
    """Say of each recipient what became of the mail; how many it reached, and how many not."""
    reached = tx.run(
        """UPDATE campaign_recipient SET state = 'sent', answer = m.answer, ended_at = m.ended_at
           FROM mail m WHERE m.id = campaign_recipient.mail_id AND m.state IN ('sent', 'kept')
             AND campaign_recipient.campaign_id = ? AND campaign_recipient.state = 'queued'""",
        (campaign_id,),
    )
    rows = tx.all(
        """SELECT r.id, r.address, COALESCE(p.answer, m.answer, '') FROM campaign_recipient r
           JOIN mail m ON m.id = r.mail_id
           LEFT JOIN mail_recipient p ON p.mail_id = m.id AND p.n = 1
           WHERE r.campaign_id = ? AND r.state = 'queued' AND m.state = 'failed' ORDER BY r.id""",
        (campaign_id,),
    )
    for recipient_id, address, answer in rows:
        dead = no_such_address(answer)
        tx.run(
            """UPDATE campaign_recipient SET state = ?, answer = ?, ended_at = ?
               WHERE id = ? AND state = 'queued'""",
            ("bounced" if dead else "failed", answer, now, recipient_id),
        )
        if dead:
            suppressed.add(tx, address, "bounced", now, said=answer, campaign_id=campaign_id)
    return reached, len(rows)


def finish(tx: Tx, campaign_id: int, now: float) -> bool:
    """The campaign is done once nobody waits any more; whether it is so now."""
    return (
        tx.run(
            """UPDATE campaign SET state = 'done', ended_at = ?, said = NULL, changed_at = ?
               WHERE id = ? AND state = 'sending' AND NOT EXISTS (
                   SELECT 1 FROM campaign_recipient r
                   WHERE r.campaign_id = campaign.id AND r.state IN ('waiting', 'queued'))""",
            (now, now, campaign_id),
        )
        > 0
    )


def counts(tx: Tx, campaign_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """campaign -> state -> how many."""
    found: dict[int, dict[str, int]] = {each: {} for each in campaign_ids}
    if campaign_ids:
        sql = f"""SELECT campaign_id, state, COUNT(*) FROM campaign_recipient
                  WHERE campaign_id IN ({marks(campaign_ids)}) GROUP BY campaign_id, state"""
        for campaign_id, state, count in tx.all(sql, campaign_ids):
            found[campaign_id][state] = int(count)
    return found


def page(
    tx: Tx, campaign_id: int, state: str | None, limit: int, after: int = 0
) -> tuple[list[Row], int | None]:
    """Recipients by number after `after`, and the `after` of the next page or None."""
    only, params = ("AND state = ?", [state]) if state else ("", [])
    rows = tx.dicts(
        f"""SELECT * FROM campaign_recipient WHERE campaign_id = ? {only} AND id > ? ORDER BY id LIMIT ?""",
        (campaign_id, *params, after, limit + 1),
    )
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None
