"""The application and its visitors."""

from __future__ import annotations

from tests.support.engine_database import (
    engine_database,
    migrated_postgresql,
    migrated_sqlite,
    postgresql_engine_database,
    sqlite_engine_database,
)
from tests.support.visitors import application

__all__ = [
    "application",
    "engine_database",
    "migrated_postgresql",
    "migrated_sqlite",
    "postgresql_engine_database",
    "sqlite_engine_database",
]
