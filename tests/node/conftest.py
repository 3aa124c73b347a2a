"""The engine's database, for what the processes of a node do with it."""

from __future__ import annotations

from tests.support.engine_database import (
    engine,
    engine_database,
    migrated_postgresql,
    migrated_sqlite,
    postgresql_engine,
    postgresql_engine_database,
    sqlite_engine,
    sqlite_engine_database,
)

__all__ = [
    "engine",
    "engine_database",
    "migrated_postgresql",
    "migrated_sqlite",
    "postgresql_engine",
    "postgresql_engine_database",
    "sqlite_engine",
    "sqlite_engine_database",
]
