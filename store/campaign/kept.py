"""Campaigns as they are kept; each change of state is one guarded UPDATE that says whether it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.campaign import audience
from domain.campaign.campaign import Campaign
from store.tx import Tx, marks

Row = dict[str, Any]

_SELECT = """SELECT c.*, o.name AS organisation FROM campaign c
             LEFT JOIN organisation o ON o.id = c.organisation_id"""


def add(tx: Tx, made: Campaign, organisation_id: int | None, by: str, now: float) -> int | None:
    """Keep a draft; its id, or None where there is one of this name."""
    value = tx.value(
        """INSERT INTO campaign (name, organisation_id, sender, subject, body, audience, per_minute, batch,
                                 state, created_by, created_at, changed_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id""",
        (made.name, organisation_id, *_texts(made), by, now, now),
    )
    return None if value is None else int(value)


def change(
    tx: Tx, campaign_id: int, revision: int, made: Campaign, organisation_id: int | None, now: float
) -> bool:
    """Write a draft anew; False where it is of another revision, or no draft any more."""
    return (
        tx.run(
            """UPDATE campaign SET name = ?, organisation_id = ?, sender = ?, subject = ?, body = ?,
                   audience = ?, per_minute = ?, batch = ?, revision = revision + 1, changed_at = ?
               WHERE id = ? AND revision = ? AND state = 'draft'""",
            (made.name, organisation_id, *_texts(made), now, campaign_id, revision),
        )
        > 0
    )


def move(
    tx: Tx,
    campaign_id: int,
    since: Sequence[str],
    state: str,
    now: float,
    *,
    said: str | None = None,
    starts_at: float | None = None,
) -> bool:
    """From one of the states `since` to another; whether it happened. `said`: why, in one line."""
    ended = now if state in ("done", "cancelled") else None
    return (
        tx.run(
            f"""UPDATE campaign SET state = ?, said = ?, starts_at = COALESCE(?, starts_at), ended_at = ?,
                   revision = revision + 1, changed_at = ?
               WHERE id = ? AND state IN ({marks(since)})""",
            (state, said, starts_at, ended, now, campaign_id, *since),
        )
        > 0
    )


def begin(tx: Tx, campaign_id: int, released: bool, now: float) -> bool:
    """Its recipients are all there: it sends from now on; whether it was scheduled.

    `released`: a person let it begin though its family observes.
    """
    return (
        tx.run(
            """UPDATE campaign SET state = 'sending', frozen_at = ?, released = ?, said = NULL,
                   changed_at = ?, revision = revision + 1
               WHERE id = ? AND state = 'scheduled'""",
            (now, released, now, campaign_id),
        )
        > 0
    )


def resume(tx: Tx, campaign_id: int, now: float) -> bool:
    """Go on: to send, or to wait for its time where that has not begun; whether it was paused."""
    return (
        tx.run(
            """UPDATE campaign SET state = CASE WHEN frozen_at IS NULL THEN 'scheduled' ELSE 'sending' END,
                   said = NULL, changed_at = ?, revision = revision + 1
               WHERE id = ? AND state = 'paused'""",
            (now, campaign_id),
        )
        > 0
    )


def forget(tx: Tx, campaign_id: int) -> bool:
    """Remove one for good, with its recipients; False where there is none, or mail of it may still go out."""
    sql = "DELETE FROM campaign WHERE id = ? AND state IN ('draft', 'done', 'cancelled')"
    return tx.run(sql, (campaign_id,)) > 0


def say(tx: Tx, campaign_id: int, said: str | None) -> None:
    """Why it does not go on, for whoever looks."""
    tx.run(
        "UPDATE campaign SET said = ? WHERE id = ? AND COALESCE(said, '') <> COALESCE(?, '')",
        (said, campaign_id, said),
    )


def still_sends(tx: Tx, campaign_id: int) -> bool:
    """Whether it sends; nobody pauses it before this transaction ends."""
    return tx.run("UPDATE campaign SET state = state WHERE id = ? AND state = 'sending'", (campaign_id,)) > 0


def one(tx: Tx, campaign_id: int) -> Row | None:
    """A campaign with its organisation's name, or None."""
    rows = tx.dicts(f"{_SELECT} WHERE c.id = ?", (campaign_id,))
    return rows[0] if rows else None


def named(tx: Tx, name: str) -> Row | None:
    """The campaign of this name, in any case, or None."""
    rows = tx.dicts(f"{_SELECT} WHERE LOWER(c.name) = LOWER(?)", (name,))
    return rows[0] if rows else None


def due(tx: Tx, now: float) -> list[Row]:
    """Those that send, and those whose time has come."""
    return tx.dicts(
        f"""{_SELECT} WHERE c.state = 'sending' OR (c.state = 'scheduled' AND c.starts_at <= ?)
            ORDER BY c.id""",
        (now,),
    )


def unsettled(tx: Tx, since: float) -> list[int]:
    """Those whose mail may still be under way: also paused ones, and those cancelled after `since`."""
    rows = tx.all(
        """SELECT id FROM campaign WHERE state IN ('sending', 'paused')
           OR (state = 'cancelled' AND ended_at > ?) ORDER BY id""",
        (since,),
    )
    return [int(row[0]) for row in rows]


def page(tx: Tx, limit: int, before: int | None = None) -> tuple[list[Row], int | None]:
    """The newest first, and the `before` of the next page or None."""
    rows = tx.dicts(f"{_SELECT} WHERE c.id < ? ORDER BY c.id DESC LIMIT ?", (before or 2**63 - 1, limit + 1))
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def read(row: Mapping[str, Any]) -> Campaign:
    """What somebody wrote down of it."""
    return Campaign(
        name=row["name"],
        subject=row["subject"],
        body=row["body"],
        audience=audience.from_json(row["audience"]),
        organisation=row["organisation"],
        sender=row["sender"],
        per_minute=row["per_minute"],
        batch=row["batch"],
    )


def _texts(made: Campaign) -> tuple[Any, ...]:
    return (made.sender, made.subject, made.body, made.audience.text, made.per_minute, made.batch)
