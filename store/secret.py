"""The sealed secrets of the site, and where this process finds the keys that open them.

``use`` comes once, before the fork; every look reads the keys anew, so that a rotation by another
process is followed at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.vault_key import KeySource, Ring, WrongKey
from config.known_secrets import learn
from config.secrets import SecretError, resolve
from store import database
from store.errors import DatabaseError
from store.tx import Tx

#: Any fixed number: our key among PostgreSQL's advisory locks.
SECRET_LOCK = 0x7469636E

_source: KeySource | None = None


def use(source: KeySource) -> None:
    """Take the keys from there, in this process and in those it forks."""
    global _source
    _source = source


def source() -> KeySource | None:
    """Where this process finds them: what a child that is not forked must be told."""
    return _source


def key_files() -> list[Path]:
    """The files of keys that no backup may hold."""
    return [] if _source is None else _source.files()


def follow(reference: str, environ: Mapping[str, str] = os.environ) -> str:
    """The secret that ``env:NAME``, ``file:PATH`` or ``vault:NAME`` leads to; no log shows it from now on.

    Raises SecretError, DatabaseError.
    """
    return resolve(reference, environ, vault=get)


def get(name: str) -> str:
    """The secret of this name. Raises SecretError, DatabaseError."""
    if _source is None or not database.is_open():
        raise SecretError("the encrypted store cannot be read here; use env:NAME or file:PATH")
    seen = None
    while True:
        row = one(database.read(), name)
        if row is None:
            raise SecretError(f"there is no such secret: `tickworks secret set {name}`")
        # The row first: who drops its key has sealed it anew before, which the next look finds.
        ring = _source.ring()
        try:
            value = ring.open(name, row["sealed"])
        except WrongKey:
            if seen == (row["sealed"], ring.keys):
                raise SecretError(_closed(name, row["key_id"], ring, _source.where)) from None
            seen = (row["sealed"], ring.keys)
            continue
        learn(value)
        return value


def lock(tx: Tx) -> None:
    """Wait until no other transaction seals; SQLite's single writer holds it already.

    The ring is read after this: else a secret could be sealed with a key that is just being dropped.
    """
    if tx.dialect == "postgresql":
        tx.all("SELECT pg_advisory_xact_lock(?)", (SECRET_LOCK,))


def put(tx: Tx, ring: Ring, name: str, value: str, *, by: str, now: float) -> bool:
    """Seal a secret with the newest key; True if there was none of this name. `lock` comes first."""
    values = (ring.seal(name, value), ring.ids[0], now, by)
    changed = tx.run(
        "UPDATE secret SET sealed = ?, key_id = ?, changed_at = ?, changed_by = ? WHERE name = ?",
        (*values, name),
    )
    if changed:
        return False
    tx.run(
        "INSERT INTO secret (sealed, key_id, changed_at, changed_by, name) VALUES (?, ?, ?, ?, ?)",
        (*values, name),
    )
    return True


def reseal(tx: Tx, ring: Ring) -> int:
    """Seal with the newest key what an older one has sealed; how many. `lock` comes first.

    Who changed a secret, and when, stays. Raises WrongKey (its text is the name): then undo it all.
    """
    rows = tx.all("SELECT name, sealed FROM secret WHERE key_id <> ? ORDER BY name", (ring.ids[0],))
    for name, sealed in rows:
        again = ring.seal(name, ring.open(name, sealed))
        tx.run("UPDATE secret SET sealed = ?, key_id = ? WHERE name = ?", (again, ring.ids[0], name))
    return len(rows)


def sealed_before(tx: Tx, ring: Ring) -> int:
    """How many are sealed with another key than the newest. `lock` comes first."""
    return int(tx.value("SELECT COUNT(*) FROM secret WHERE key_id <> ?", (ring.ids[0],)))


def remove(tx: Tx, name: str) -> bool:
    """Take a secret away; whether it was there."""
    return tx.run("DELETE FROM secret WHERE name = ?", (name,)) > 0


def one(tx: Tx, name: str) -> dict[str, Any] | None:
    """The row of a secret, sealed."""
    rows = tx.dicts("SELECT name, sealed, key_id FROM secret WHERE name = ?", (name,))
    return rows[0] if rows else None


def rows(tx: Tx) -> list[dict[str, Any]]:
    """What may be shown of all: `name`, `key_id`, `changed_at`, `changed_by`; by name."""
    return tx.dicts("SELECT name, key_id, changed_at, changed_by FROM secret ORDER BY name")


def count(tx: Tx) -> int:
    """How many there are."""
    return int(tx.value("SELECT COUNT(*) FROM secret"))


def closed(tx: Tx, source: KeySource) -> list[str]:
    """The names of those that no key here opens; none in a database of an older release."""
    try:
        found = tx.all("SELECT name, sealed FROM secret ORDER BY name")
    except DatabaseError:
        return []
    if not found:
        return []
    try:
        ring = source.ring()
    except SecretError:
        return [name for name, _ in found]
    return [name for name, sealed in found if not _opens(ring, name, sealed)]


def _closed(name: str, key_id: str, ring: Ring, where: str) -> str:
    if key_id in ring.ids:
        return f"it was changed in the database: set it anew (`tickworks secret set {name}`)"
    return f"key {key_id} sealed it, which is not in {where}: bring that key back, or set {name} anew"


def _opens(ring: Ring, name: str, sealed: str) -> bool:
    try:
        ring.open(name, sealed)
    except WrongKey:
        return False
    return True
