"""What is known of domains besides what an operator says: their proof, and their registrar's data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from store.object import read
from store.tx import Tx

#: Columns that hold JSON.
_JSON = ("status", "name_servers", "contacts")


def state(tx: Tx, domain_id: int) -> dict[str, Any] | None:
    """The state of a domain; None before anything looked at it."""
    return _states(tx, "WHERE domain_id = ?", (domain_id,)).get(domain_id)


def states(tx: Tx) -> dict[int, dict[str, Any]]:
    """The states of all domains, by the domain's id."""
    return _states(tx, "", ())


def addressees(tx: Tx, organisation_id: int | None) -> tuple[str, ...]:
    """Who of an organisation is told about its domains: those whose duty that is, else the first contact,
    else the organisation itself; nobody where it has no address.
    """
    if organisation_id is None:
        return ()
    people = [each for each in read.live(tx, "contact", organisation_id=organisation_id) if each["email"]]
    for chosen in (
        [each["email"] for each in people if "domains" in each["duties"]],
        [each["email"] for each in people if each["is_primary"]],
    ):
        if chosen:
            return tuple(dict.fromkeys(chosen))
    owner = read.by_id(tx, "organisation", organisation_id)
    return (owner["email"],) if owner is not None and owner["email"] else ()


def ask_for(tx: Tx, domain_id: int, owner_id: int | None, token: str, until: float, now: float) -> None:
    """From now on this token is looked for, on behalf of this organisation; what was before is over."""
    tx.run(
        """INSERT INTO domain_state (domain_id, owner_id, token, token_at, verify_until, next_try_at)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (domain_id) DO UPDATE SET owner_id = excluded.owner_id, token = excluded.token,
               token_at = excluded.token_at, verify_until = excluded.verify_until,
               next_try_at = excluded.next_try_at, tries = 0, tried_at = NULL, answer = '',
               verified_at = NULL, gave_up_at = NULL""",
        (domain_id, owner_id, token, now, until, now),
    )


def looked(
    tx: Tx, domain_id: int, token: str, answer: str, next_try: float, now: float, *, gave_up: bool
) -> bool:
    """The token is not proved yet; False if it was meanwhile, or another one is looked for."""
    sql = """UPDATE domain_state SET tries = tries + 1, tried_at = ?, answer = ?, next_try_at = ?,
                    gave_up_at = CASE WHEN ? THEN ? ELSE NULL END
             WHERE domain_id = ? AND token = ? AND verified_at IS NULL"""
    return tx.run(sql, (now, answer, next_try, gave_up, now, domain_id, token)) > 0


def verified(tx: Tx, domain_id: int, token: str, answer: str, now: float) -> bool:
    """The token is proved; False if it was already, or another one is looked for."""
    sql = """UPDATE domain_state SET verified_at = ?, tries = tries + 1, tried_at = ?, answer = ?,
                    next_try_at = NULL, gave_up_at = NULL
             WHERE domain_id = ? AND token = ? AND verified_at IS NULL"""
    return tx.run(sql, (now, now, answer, domain_id, token)) > 0


def registered(tx: Tx, domain_id: int, found: Mapping[str, Any], now: float) -> bool:
    """Keep what the registrar says; False where a later look has been kept.

    `found`: registrar_id, sponsor, expires_at, expired_before, registered_at, status, locked,
    auto_renew, name_servers and contacts, as plain values.
    """
    columns = [name for name in found if name not in _JSON] + list(_JSON)
    values = [
        json.dumps(found[name], ensure_ascii=False) if name in _JSON else found[name] for name in columns
    ]
    names = ", ".join(columns)
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns)
    sql = f"""INSERT INTO domain_state (domain_id, synced_at, asked_at, {names})
              VALUES (?, ?, ?{", ?" * len(columns)})
              ON CONFLICT (domain_id) DO UPDATE SET synced_at = excluded.synced_at,
                  asked_at = excluded.asked_at, error = NULL, error_kind = NULL, {sets}
              WHERE domain_state.synced_at IS NULL OR domain_state.synced_at <= excluded.synced_at"""
    return tx.run(sql, (domain_id, now, now, *values)) > 0


def not_told(tx: Tx, domain_id: int, kind: str, error: str, now: float) -> None:
    """The registrar did not say; what it said before stays."""
    tx.run(
        """INSERT INTO domain_state (domain_id, asked_at, error, error_kind) VALUES (?, ?, ?, ?)
           ON CONFLICT (domain_id) DO UPDATE SET asked_at = excluded.asked_at, error = excluded.error,
               error_kind = excluded.error_kind""",
        (domain_id, now, error, kind),
    )


def _states(tx: Tx, where: str, params: tuple[Any, ...]) -> dict[int, dict[str, Any]]:
    found = {}
    for row in tx.dicts(f"SELECT * FROM domain_state {where}", params):
        for name in _JSON:
            row[name] = json.loads(row[name])
        for name in ("locked", "auto_renew"):
            row[name] = None if row[name] is None else bool(row[name])
        found[int(row["domain_id"])] = row
    return found
