"""A look at the line reads no list of services, and finds whether anybody waits for a slot by an index.

`node.services_key` is ``incarnation:digest of services``. A node of an earlier release does not write it, but
comes under another incarnation, and so it is not taken for what it was.
"""

from __future__ import annotations

STATEMENTS = (
    "ALTER TABLE node ADD COLUMN services_key TEXT",
    "CREATE INDEX run_for_slots ON run (id) WHERE state = 'queued' AND wait_code = 'slots'",
)


def up(migrator: object, db: object) -> None:
    """Add the column and the index."""
    for statement in STATEMENTS:
        db.execute_sql(statement)  # type: ignore[attr-defined]
