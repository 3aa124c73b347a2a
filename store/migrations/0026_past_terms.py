"""Indexes by which the Cleaner finds what is past its term in tables of calls, directories and mails.

`port` of a process: where its page listens, which need not be the port of the settings.
"""

from __future__ import annotations

CHANGES = """
ALTER TABLE process ADD COLUMN port INTEGER;
CREATE INDEX xdr_file_loaded ON xdr_file (loaded_at) WHERE loaded_at IS NOT NULL;
CREATE INDEX xdr_file_bad ON xdr_file (loaded_at) WHERE bad > 0;
CREATE INDEX xdr_chunk_file ON xdr_chunk (file_id);
CREATE INDEX remote_file_fetched ON remote_file (fetched_at) WHERE state = 'done';
CREATE INDEX rating_batch_over ON rating_batch (done_at) WHERE state = 'done' AND is_summed AND is_counted;
CREATE INDEX rerating_ended ON rerating (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX campaign_ended ON campaign (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX dir_group_gone ON dir_group (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX dir_unit_gone ON dir_unit (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX backup_object_at ON backup_object (at)
"""


def up(migrator: object, db: object) -> None:
    """Add them."""
    for statement in filter(str.strip, CHANGES.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
