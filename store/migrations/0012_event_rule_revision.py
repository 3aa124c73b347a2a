"""A rule of the event log says how often it was edited, so that nobody overwrites an edit unseen."""

from __future__ import annotations


def up(migrator: object, db: object) -> None:
    """Add the column; what is there counts as the first edit."""
    db.execute_sql("ALTER TABLE event_rule ADD COLUMN revision BIGINT NOT NULL DEFAULT 1")  # type: ignore[attr-defined]
