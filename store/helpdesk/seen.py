"""What became of each mail of each account, so that none is taken twice and none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backends.mail_in.source import Listed
from domain.mail_in.parse import Parsed
from store.tx import Tx, marks

#: Sign-ins in a row that fail before the account is left alone for longer, and for how long at most (s).
PATIENCE, LONGEST_WAIT = 5, 3600.0
_AT_ONCE = 500


def known(tx: Tx, account_id: int, mails: Sequence[Listed]) -> dict[str, int]:
    """uid -> size of those that were taken before."""
    found: dict[str, int] = {}
    for start in range(0, len(mails), _AT_ONCE):
        some = [each.uid for each in mails[start : start + _AT_ONCE]]
        sql = f"SELECT uid, size FROM mail_seen WHERE account_id = ? AND uid IN ({marks(some)})"
        found |= dict(tx.all(sql, (account_id, *some)))
    return found


def take(tx: Tx, account_id: int, uid: str, size: int, mail: Parsed, now: float) -> str | None:
    """Note a mail: None if this uid was noted before, ``twice`` if another copy was, else ``new``."""
    state = tx.value(
        """INSERT INTO mail_seen (account_id, uid, size, message_id, identity, sha256, at, state)
           SELECT ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?,
                  CASE WHEN EXISTS (SELECT 1 FROM mail_seen WHERE sha256 = ?)
                         OR EXISTS (SELECT 1 FROM mail_seen WHERE identity = ?) THEN 'twice' ELSE 'ticket' END
           WHERE TRUE ON CONFLICT DO NOTHING RETURNING state""",
        (
            *(account_id, uid, size, mail.message_id, mail.identity, mail.sha256, now),
            *(mail.sha256, mail.identity),
        ),
    )
    return "new" if state == "ticket" else state


def became(tx: Tx, account_id: int, uid: str, state: str, ticket_id: int | None) -> None:
    """Say what a mail that was noted has become."""
    tx.later(
        "UPDATE mail_seen SET state = ?, ticket_id = ? WHERE account_id = ? AND uid = ?",
        (state, ticket_id, account_id, uid),
    )


def cleared(tx: Tx, account_id: int, uids: Sequence[str], now: float) -> None:
    """These are gone from the mailbox."""
    sql = "UPDATE mail_seen SET cleared_at = ? WHERE account_id = ? AND uid = ? AND cleared_at IS NULL"
    tx.many(sql, [(now, account_id, uid) for uid in uids])


def stay(tx: Tx, account_id: int, uids: Sequence[str]) -> set[str]:
    """Those of the uids that a rule leaves in the mailbox."""
    found: set[str] = set()
    for start in range(0, len(uids), _AT_ONCE):
        some = uids[start : start + _AT_ONCE]
        sql = f"""SELECT uid FROM mail_seen WHERE account_id = ? AND state = 'rule' AND ticket_id = 0
                  AND uid IN ({marks(some)})"""
        found |= {row[0] for row in tx.all(sql, (account_id, *some))}
    return found


def forget(tx: Tx, before: float, limit: int = 1_000) -> int:
    """Remove what is known of mails that were cleared before `before`; how many."""
    return tx.run(
        """DELETE FROM mail_seen WHERE (account_id, uid) IN
           (SELECT account_id, uid FROM mail_seen WHERE cleared_at < ? LIMIT ?)""",
        (before, limit),
    )


def state(tx: Tx, account_id: int) -> dict[str, Any]:
    """How an account does: `failures` in a row, `not_before`, `error`, `tried_at`, `good_at`."""
    rows = tx.dicts("SELECT * FROM mail_account_state WHERE account_id = ?", (account_id,))
    never = {"failures": 0, "not_before": 0.0, "error": None, "tried_at": None, "good_at": None}
    return rows[0] if rows else {"account_id": account_id, **never}


def good(tx: Tx, account_id: int, now: float) -> None:
    """The account was read."""
    tx.run(
        """INSERT INTO mail_account_state (account_id, tried_at, good_at) VALUES (?, ?, ?)
           ON CONFLICT (account_id) DO UPDATE SET failures = 0, not_before = 0, error = NULL,
           tried_at = excluded.tried_at, good_at = excluded.good_at""",
        (account_id, now, now),
    )


def bad(tx: Tx, account_id: int, error: str, refused: bool, now: float, interval: float) -> int:
    """It could not be read; how many sign-ins were refused (`refused`) in a row.

    From the fifth on it is left alone for twice as long each time, counted from `interval` in s.
    """
    failures = state(tx, account_id)["failures"] + 1 if refused else state(tx, account_id)["failures"]
    wait = min(interval * 2.0 ** (failures - PATIENCE + 1), LONGEST_WAIT) if failures >= PATIENCE else 0.0
    tx.run(
        """INSERT INTO mail_account_state (account_id, failures, not_before, error, tried_at)
           VALUES (?, ?, ?, ?, ?) ON CONFLICT (account_id) DO UPDATE SET failures = excluded.failures,
           not_before = excluded.not_before, error = excluded.error, tried_at = excluded.tried_at""",
        (account_id, failures, now + wait if wait else 0.0, error, now),
    )
    return int(failures)
