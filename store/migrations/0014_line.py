"""The line of waiting runs in its order: who comes first is found without looking at all who wait.

Within one priority the older run is never behind, however long both have waited, so that the first of
each priority are enough. Those that go before all others are few and have an index of their own.
"""

from __future__ import annotations

INDEXES = (
    "CREATE INDEX run_line ON run (priority, queued_at, id) WHERE state = 'queued'",
    "CREATE INDEX run_first ON run (id) WHERE state = 'queued' AND preempt",
)


def up(migrator: object, db: object) -> None:
    """Create the indexes."""
    for statement in INDEXES:
        db.execute_sql(statement)  # type: ignore[attr-defined]
