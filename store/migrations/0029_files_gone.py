"""Since when a file of another server is not in its folder there any more: then it may be forgotten."""

from __future__ import annotations

CHANGES = """
ALTER TABLE remote_file ADD COLUMN gone_at DOUBLE PRECISION;
CREATE INDEX remote_file_there ON remote_file (data_source_id, name, id) WHERE gone_at IS NULL;
CREATE INDEX remote_file_gone ON remote_file (gone_at) WHERE gone_at IS NOT NULL
"""


def up(migrator: object, db: object) -> None:
    """Add the column, and the indexes by which files that went are found."""
    for statement in filter(str.strip, CHANGES.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
