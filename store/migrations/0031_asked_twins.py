"""Whether somebody waits already for the same is found by its arguments, not by reading all who wait."""

from __future__ import annotations

from typing import Any

#: As `store.run.asked.twins_of` says it; PostgreSQL's hash takes arguments of any length.
_INDEX = {
    "sqlite": "CREATE INDEX run_asked ON run (service, args)",
    "postgresql": "CREATE INDEX run_asked ON run USING hash (args)",
}
_WHICH = "WHERE state = 'queued' AND trigger IN ('manual', 'api', 'message')"


def up(migrator: object, db: Any) -> None:
    """Add the index."""
    kind = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    db.execute_sql(f"{_INDEX[kind]} {_WHICH}")
