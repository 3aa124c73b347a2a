"""Which services users have: a row for each user, service and what it comes from; gone, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from domain.mirror import Known
from store.tx import Tx, marks

_OF = """FROM user_service s JOIN dir_user u ON u.id = s.user_id
         WHERE u.directory_id = ? AND s.service = ? AND s.ref = ?"""


def known(tx: Tx, directory_id: int, service: str, ref: str) -> dict[str, Known]:
    """The users of a directory that have, or had, this service from there, by GUID."""
    rows = tx.all(f"SELECT u.guid, s.gone_at {_OF}", (directory_id, service, ref))
    return {row[0]: Known("", row[1] is not None) for row in rows}


def publish(
    tx: Tx,
    directory_id: int,
    service: str,
    ref: str,
    *,
    have: Iterable[str],
    gone: Iterable[str],
    now: float,
) -> None:
    """These users (GUIDs) have the service, those have it no more; GUIDs that we do not know are left out."""
    tx.many(
        """INSERT INTO user_service (user_id, service, ref, seen_at)
           SELECT id, ?, ?, ? FROM dir_user WHERE directory_id = ? AND guid = ?
           ON CONFLICT (user_id, service, ref) DO UPDATE SET seen_at = excluded.seen_at, gone_at = NULL""",
        [(service, ref, now, directory_id, guid) for guid in have],
    )
    tx.many(
        """UPDATE user_service SET gone_at = ? WHERE service = ? AND ref = ? AND gone_at IS NULL
           AND user_id = (SELECT id FROM dir_user WHERE directory_id = ? AND guid = ?)""",
        [(now, service, ref, directory_id, guid) for guid in gone],
    )


def leave_others(tx: Tx, directory_id: int, service: str, refs: Collection[str], now: float) -> int:
    """What this service came from is not there any more, but for `refs`; how many rows have gone."""
    kept = f"AND ref NOT IN ({marks(list(refs))})" if refs else ""
    return tx.run(
        f"""UPDATE user_service SET gone_at = ? WHERE service = ? AND gone_at IS NULL {kept}
            AND user_id IN (SELECT id FROM dir_user WHERE directory_id = ?)""",
        (now, service, *refs, directory_id),
    )


def of_directory(tx: Tx, directory_id: int) -> set[str]:
    """The services that users of a directory have."""
    sql = """SELECT DISTINCT s.service FROM user_service s JOIN dir_user u ON u.id = s.user_id
             WHERE u.directory_id = ? AND s.gone_at IS NULL"""
    return {row[0] for row in tx.all(sql, (directory_id,))}


def users_of(tx: Tx, service: str) -> list[dict[str, Any]]:
    """Who has a service now, by name."""
    sql = """SELECT u.id, u.guid, u.name, u.sam, s.ref, s.seen_at FROM user_service s
             JOIN dir_user u ON u.id = s.user_id
             WHERE s.service = ? AND s.gone_at IS NULL AND u.gone_at IS NULL ORDER BY LOWER(u.name), u.id"""
    return tx.dicts(sql, (service,))
