"""Users of directories as pages and programs look through them, with whose they are and what they have."""

from __future__ import annotations

import json
from typing import Any, Literal

from store.pattern import contains
from store.tx import Tx

Row = dict[str, Any]
#: ``expiring``: the password ends within 14 days; ``off``: the account is switched off.
Show = Literal["all", "locked", "expiring", "off", "gone"]
EXPIRING = 14 * 86_400.0
#: More locked users than these one page or alert does not need.
MOST_LOCKED = 1_000

_FROM = """
    FROM dir_user u JOIN directory d ON d.id = u.directory_id
    LEFT JOIN organisation o ON o.id = u.organisation_id
    LEFT JOIN directory_unit n ON n.id = u.unit_id"""
_USER = f"SELECT u.*, d.name AS directory, o.name AS organisation, n.name AS unit {_FROM}"
_SHOW = {
    "all": "u.gone_at IS NULL",
    "locked": "u.locked AND u.gone_at IS NULL",
    "expiring": """u.password_expires = 'at' AND u.gone_at IS NULL AND u.enabled
                   AND u.password_expires_at <= ?""",
    "off": "NOT u.enabled AND u.gone_at IS NULL",
    "gone": "u.gone_at IS NOT NULL",
}
_TEXTS = ("u.name", "u.sam", "u.upn", "u.mail", "u.employee_id")
_TRUTHS = ("enabled", "locked", "must_change")


def users(
    tx: Tx,
    *,
    now: float,
    text: str = "",
    show: Show = "all",
    organisation: str = "",
    directory: str = "",
    limit: int = 50,
    after: int | None = None,
) -> tuple[list[Row], int | None]:
    """At most `limit` users by name, after that of id `after`; and the `after` that goes on, or None.

    `text`: a part of a name, sign-in name, address or employee number; `organisation` and `directory`:
    only those of these names. All in any case.
    """
    sql = f"{_USER} WHERE {_SHOW[show]}"
    params: list[Any] = [now + EXPIRING] if show == "expiring" else []
    if text:
        alike = " OR ".join(f"LOWER({column}) LIKE LOWER(?) ESCAPE '\\'" for column in _TEXTS)
        sql += f" AND ({alike})"
        params += [contains(text)] * len(_TEXTS)
    for column, wanted in (("o.name", organisation), ("d.name", directory)):
        if wanted:
            sql += f" AND LOWER({column}) = LOWER(?)"
            params.append(wanted)
    if after is not None:
        sql += " AND (LOWER(u.name), u.id) > (SELECT LOWER(a.name), a.id FROM dir_user a WHERE a.id = ?)"
        params.append(after)
    rows = tx.dicts(f"{sql} ORDER BY LOWER(u.name), u.id LIMIT ?", (*params, limit + 1))
    return [_read(row) for row in rows[:limit]], int(rows[limit - 1]["id"]) if len(rows) > limit else None


def user(tx: Tx, user_id: int) -> Row | None:
    """One user, also one that is gone; None: there is none."""
    found = tx.dicts(f"{_USER} WHERE u.id = ?", (user_id,))
    return _read(found[0]) if found else None


def named(tx: Tx, name: str) -> list[Row]:
    """The users that are there with this account, sign-in name or GUID, in any case: one, none or several."""
    sql = f"""{_USER} WHERE u.gone_at IS NULL AND (LOWER(u.sam) = LOWER(?) OR LOWER(u.upn) = LOWER(?)
              OR u.guid = LOWER(?)) ORDER BY u.id LIMIT 10"""
    return [_read(row) for row in tx.dicts(sql, (name, name, name))]


def groups(tx: Tx, user_id: int) -> list[Row]:
    """The groups that a user lies in directly, by name: id, name, dn."""
    return tx.dicts(
        """SELECT g.id, g.name, g.dn FROM dir_member m JOIN dir_group g ON g.id = m.group_id
           WHERE m.user_id = ? AND g.gone_at IS NULL ORDER BY LOWER(g.name), g.id""",
        (user_id,),
    )


def services(tx: Tx, user_id: int) -> list[Row]:
    """What a user has: service, ref, seen_at."""
    return tx.dicts(
        """SELECT service, ref, seen_at FROM user_service WHERE user_id = ? AND gone_at IS NULL
           ORDER BY service, ref""",
        (user_id,),
    )


def locked(tx: Tx) -> list[Row]:
    """Locked users of active directories: directory, sam, name; those of one directory stand together."""
    return tx.dicts(
        """SELECT d.name AS directory, u.sam, u.name FROM dir_user u JOIN directory d ON d.id = u.directory_id
           WHERE u.locked AND u.gone_at IS NULL AND d.enabled AND d.archived_at IS NULL
           ORDER BY d.name, u.id LIMIT ?""",
        (MOST_LOCKED,),
    )


def tally(tx: Tx, now: float) -> dict[str, int]:
    """How many users there are, by what `Show` calls them; never those that are gone."""
    found = {}
    for show in ("locked", "expiring"):
        params = (now + EXPIRING,) if show == "expiring" else ()
        found[show] = int(tx.value(f"SELECT COUNT(*) FROM dir_user u WHERE {_SHOW[show]}", params))
    return {"all": int(tx.value("SELECT COALESCE(SUM(users), 0) FROM directory_state")), **found}


def directories(tx: Tx) -> list[Row]:
    """All directories that are not archived, by name, with how far the copy of each is."""
    rows = tx.dicts(
        """SELECT d.id, d.name, d.host, d.port, d.base, d.enabled, d.sample, o.name AS organisation,
                  s.users, s.full_at, s.synced_at, s.tried_at, s.state_at, s.note, s.error, s.error_kind,
                  s.failed_since
           FROM directory d LEFT JOIN directory_state s ON s.directory_id = d.id
           LEFT JOIN organisation o ON o.id = d.organisation_id
           WHERE d.archived_at IS NULL ORDER BY LOWER(d.name), d.id"""
    )
    for row in rows:
        row["enabled"], row["sample"] = bool(row["enabled"]), bool(row["sample"])
    return rows


def _read(row: Row) -> Row:
    row["attrs"] = json.loads(row["attrs"])
    for name in _TRUTHS:
        row[name] = bool(row[name])
    return row
