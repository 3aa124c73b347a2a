"""Nodes: a machine or container with roles, and what it can run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from store.tx import Tx, marks


def join(
    tx: Tx,
    *,
    name: str,
    incarnation: str,
    roles: Iterable[str],
    services: Iterable[str],
    host: str,
    version: str,
    now: float,
) -> None:
    """A node starts (again): it is up under a new incarnation."""
    listed = " ".join(sorted(services))
    key = services_key(incarnation, listed)
    values = (incarnation, " ".join(sorted(roles)), listed, key, host, version, now, now, now)
    tx.run(
        """INSERT INTO node (incarnation, roles, services, services_key, host, version, started_at, seen_at,
                             state_at, name, state)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'up')
           ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, roles = excluded.roles,
               services = excluded.services, services_key = excluded.services_key,
               host = excluded.host, version = excluded.version,
               started_at = excluded.started_at, seen_at = excluded.seen_at, state_at = excluded.state_at,
               state = 'up', drain_until = NULL""",
        (*values, name),
    )


def services_key(incarnation: str, listed: str) -> str:
    """What tells this list of services (as its column holds it) of this incarnation from any other."""
    return f"{incarnation}:{blake2b(listed.encode(), digest_size=12).hexdigest()}"


def seen(tx: Tx, name: str, incarnation: str, now: float) -> None:
    """The node's system worker lives; a node that was given up meanwhile is up again."""
    tx.run(
        """UPDATE node SET seen_at = ?,
               state_at = CASE WHEN state IN ('lost', 'left') THEN ? ELSE state_at END,
               state = CASE WHEN state IN ('lost', 'left') THEN 'up' ELSE state END
           WHERE name = ? AND incarnation = ?""",
        (now, now, name, incarnation),
    )


def set_state(tx: Tx, name: str, state: str, now: float, incarnation: str | None = None) -> bool:
    """Change a node's state (of this incarnation only); whether it was another before."""
    return (
        tx.run(
            """UPDATE node SET state = ?, state_at = ?
               WHERE name = ? AND state <> ? AND incarnation = COALESCE(?, incarnation)""",
            (state, now, name, state, incarnation),
        )
        == 1
    )


def drain(tx: Tx, name: str, until: float, now: float) -> bool:
    """The node takes nothing new; what runs may go on until a moment. False if it is not up or draining."""
    return (
        tx.run(
            """UPDATE node SET state_at = CASE WHEN state = 'up' THEN ? ELSE state_at END,
                   state = 'draining', drain_until = ? WHERE name = ? AND state IN ('up', 'draining')""",
            (now, until, name),
        )
        == 1
    )


def undrain(tx: Tx, name: str, now: float) -> bool:
    """The node takes runs again; False if it was not draining."""
    return (
        tx.run(
            """UPDATE node SET state = 'up', state_at = ?, drain_until = NULL
               WHERE name = ? AND state = 'draining'""",
            (now, name),
        )
        == 1
    )


def draining_until(tx: Tx, name: str) -> float | None:
    """Until when a draining node's runs may go on; None if it does not drain."""
    row = tx.one("SELECT drain_until FROM node WHERE name = ? AND state = 'draining'", (name,))
    return None if row is None else float(row[0] or 0.0)


def lose(tx: Tx, name: str, incarnation: str, now: float) -> bool:
    """A node's system worker was given up: the node is lost, unless it has another one already."""
    return (
        tx.run(
            """UPDATE node SET state = 'lost', state_at = ?
               WHERE name = ? AND incarnation = ? AND state IN ('up', 'draining')
                 AND NOT EXISTS (SELECT 1 FROM process p WHERE p.node = node.name AND p.kind = 'system'
                                 AND p.state IN ('up', 'draining'))""",
            (now, name, incarnation),
        )
        == 1
    )


def rows(tx: Tx) -> list[dict[str, Any]]:
    """Every node with its slots and how many of them are taken."""
    return tx.dicts(
        """SELECT n.*, COALESCE(p.slots, 0) AS slots, COALESCE(p.processes, 0) AS processes,
                  COALESCE(r.busy, 0) AS busy
           FROM node n
           LEFT JOIN (SELECT node, SUM(slots) AS slots, COUNT(*) AS processes FROM process
                      WHERE kind = 'worker' AND state IN ('up', 'draining') GROUP BY node) p
               ON p.node = n.name
           LEFT JOIN (SELECT node, COUNT(*) AS busy FROM run
                      WHERE state IN ('granted', 'running') GROUP BY node) r ON r.node = n.name
           ORDER BY n.name"""
    )


#: The digest of the list of services; NULL of a node that joined by an earlier release.
SERVICES_DIGEST = """CASE WHEN SUBSTR(n.services_key, 1, LENGTH(n.incarnation) + 1) = n.incarnation || ':'
                          THEN SUBSTR(n.services_key, LENGTH(n.incarnation) + 2) END"""


def services_of(tx: Tx, names: Sequence[str]) -> dict[str, frozenset[str]]:
    """{name: its services} of these nodes."""
    rows = tx.all(f"SELECT name, services FROM node WHERE name IN ({marks(names)})", names)
    return {name: frozenset(services.split()) for name, services in rows}


def services_elsewhere(tx: Tx, own: str) -> set[str]:
    """The services that live nodes other than `own` have installed."""
    rows = tx.all("SELECT services FROM node WHERE state IN ('up', 'draining') AND name <> ?", (own,))
    return {name for (services,) in rows for name in services.split()}


def one(tx: Tx, name: str) -> dict[str, Any] | None:
    """One node's row."""
    found = tx.dicts("SELECT * FROM node WHERE name = ?", (name,))
    return found[0] if found else None
