"""Sealed secrets: what services sign in with, readable only with a key that is not in the database.

`sealed` is what `backends.vault_key` makes of name and value; `key_id` says which key did it.
Earlier values are not kept. `changed_at` is UTC epoch seconds.
"""

from __future__ import annotations

TABLE = """
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    key_id TEXT NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    changed_by TEXT NOT NULL
)
"""


def up(migrator: object, db: object) -> None:
    """Create the table."""
    db.execute_sql(TABLE)  # type: ignore[attr-defined]
