"""What of calls is past its term: files that were read, their bad rows, batches and reratings that are over.

A day that is not archived may still be asked which file a call came from, so a file stays until all days up
to the one on which it was read are archived. Its hash stays as long: the same file is not read twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.retention import Terms
from store import database
from store.retention import Gone, Past, delete, delete_pairs
from store.tx import Tx, marks

_FILES = Past(
    "call_files",
    "xdr_file",
    "loaded_at < ?",
    free="""state IN ('loaded', 'repeated', 'quarantined')
        AND loaded_at < COALESCE((SELECT MIN(x.day) FROM xdr x) * 86400.0, loaded_at + 1)
        AND NOT EXISTS (SELECT 1 FROM xdr_chunk c WHERE c.file_id = xdr_file.id)
        AND NOT EXISTS (SELECT 1 FROM xdr_bad_row b WHERE b.file_id = xdr_file.id)""",
)
_BAD_ROWS = Past(
    "bad_rows", "xdr_bad_row", "file_id IN (SELECT f.id FROM xdr_file f WHERE f.bad > 0 AND f.loaded_at < ?)"
)
#: What was fetched and taken away there. Where files stay, because the source says so or one could not be
#: taken away, the row is what keeps us from fetching it again, until a look finds the file gone.
_GONE = Past("fetched_files", "remote_file", "gone_at < ?", free="state <> 'fetched'")
_FETCHED = Past(
    "fetched_files",
    "remote_file",
    "fetched_at < ?",
    free="""state = 'done' AND text = '' AND EXISTS (
        SELECT 1 FROM data_source s WHERE s.id = remote_file.data_source_id
            AND (s.after IN ('move', 'delete') OR s.archived_at IS NOT NULL))""",
)
_RERATINGS = Past(
    "reratings",
    "rerating",
    "ended_at < ?",
    free="NOT EXISTS (SELECT 1 FROM call_day d WHERE d.holder = 'rerating:' || rerating.id)",
)
#: Both sums have taken their batch in, and so have no use for what it said of days.
_MARKS = Past(
    "sum_marks",
    "summary_dirty",
    """NOT EXISTS (SELECT 1 FROM rating_batch b WHERE b.id = summary_dirty.batch_id
        AND NOT (b.state = 'done' AND b.is_summed AND b.is_counted AND b.done_at < ?))""",
    key="day, client_id, batch_id",
)
_OVER = "done_at < ? AND state = 'done' AND is_summed AND is_counted"


def clean(terms: Terms, batch: int) -> Iterator[Gone]:
    """Delete it, one transaction for each step of the iteration."""
    yield from delete(_BAD_ROWS, terms.bad_rows, batch)
    yield from delete(_FILES, terms.call_files, batch)
    yield from delete(_FETCHED, terms.call_files, batch)
    yield from delete(_GONE, terms.call_files, batch)
    yield from delete_pairs(_MARKS, terms.batches, batch)
    yield from _clean_batches(terms.batches, batch)
    yield from delete(_RERATINGS, terms.changes, batch)


def _clean_batches(before: float, batch: int) -> Iterator[Gone]:
    """Each with its parts, as many as make at most `batch` rows; a larger one alone."""
    sql = f"SELECT id, shards FROM rating_batch WHERE {_OVER} ORDER BY done_at, id LIMIT ?"
    while rows := database.read().all(sql, (before, batch)):
        ids: list[int] = []
        size = 0
        for number, parts in rows:
            size += 1 + parts
            if ids and size > batch:
                break
            ids.append(number)
        yield "batches", database.write(lambda tx, ids=ids: _delete_batches(tx, ids, before), durable=False)  # type: ignore[misc]


def _delete_batches(tx: Tx, ids: list[int], before: float) -> int:
    sql = f"SELECT id FROM rating_batch WHERE id IN ({marks(ids)}) AND {_OVER}"
    over = [row[0] for row in tx.all(sql, (*ids, before))]
    if not over:
        return 0
    tx.run(f"DELETE FROM rating_shard WHERE batch_id IN ({marks(over)})", over)
    return tx.run(f"DELETE FROM rating_batch WHERE id IN ({marks(over)})", over)
