"""Figures of the engine itself, from its own tables: workers, queues, runs, leases, beat, size."""

from __future__ import annotations

from store import message, setting
from store.sample import Figure
from store.tx import Tx

#: Ends a run can have; each has a figure, 0 where there was none.
ENDS = ("succeeded", "failed", "cancelled", "lost", "merged", "skipped", "missed")
NODE_STATES = ("up", "draining", "lost")

#: The size of each table is read page by page on SQLite: only up to this many bytes.
SMALL = 256 * 2**20
BIGGEST = 5


def figures(tx: Tx, now: float, window: float) -> list[Figure]:
    """All figures at `now` (epoch seconds); rates are those of the last `window` seconds."""
    return [*_workers(tx, now), *_runs(tx, now, window), *_beat(tx, now), *_messages(tx), *_size(tx)]


def _workers(tx: Tx, now: float) -> list[Figure]:
    states: dict[str, int] = dict(tx.all("SELECT state, COUNT(*) FROM node GROUP BY state"))
    workers, slots = tx.all(
        """SELECT COUNT(*), COALESCE(SUM(slots), 0) FROM process
           WHERE kind = 'worker' AND state IN ('up', 'draining')"""
    )[0]
    busy = tx.value("SELECT COUNT(*) FROM run WHERE state IN ('granted', 'running')")
    leases = tx.all("SELECT node, MIN(seen_at) FROM process WHERE state IN ('up', 'draining') GROUP BY node")
    return [
        *(("engine.nodes", state, states.get(state, 0)) for state in NODE_STATES),
        ("engine.workers", "", workers),
        ("engine.slots", "", int(slots)),
        ("engine.busy_slots", "", busy),
        *(("engine.lease_age_seconds", node, max(0.0, now - seen)) for node, seen in leases),
    ]


def _runs(tx: Tx, now: float, window: float) -> list[Figure]:
    queued, oldest = tx.all("SELECT COUNT(*), MIN(queued_at) FROM run WHERE state = 'queued'")[0]
    ended: dict[str, int] = dict(
        tx.all(
            "SELECT state, COUNT(*) FROM run WHERE ended_at > ? AND ended_at <= ? GROUP BY state",
            (now - window, now),
        )
    )
    return [
        ("engine.queued_runs", "", queued),
        ("engine.oldest_queued_seconds", "", 0.0 if oldest is None else max(0.0, now - oldest)),
        *(("engine.runs_per_minute", state, ended.get(state, 0) * 60 / window) for state in ENDS),
    ]


def _beat(tx: Tx, now: float) -> list[Figure]:
    last = setting.get(tx, "beat")
    return [("engine.beat_age_seconds", "", max(0.0, now - last["at"]))] if last else []


def _messages(tx: Tx) -> list[Figure]:
    """What waits in the embedded broker; with RabbitMQ its table is empty."""
    return [("engine.messages", queue, count) for queue, count in message.counts(tx).items()]


def _size(tx: Tx) -> list[Figure]:
    if tx.dialect == "postgresql":
        total = tx.value("SELECT pg_database_size(current_database())")
        tables = tx.all(
            """SELECT relname, pg_total_relation_size(oid) FROM pg_class
               WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
               ORDER BY 2 DESC, 1 LIMIT ?""",
            (BIGGEST,),
        )
    else:
        total = tx.value("PRAGMA page_count") * tx.value("PRAGMA page_size")
        tables = _sqlite_tables(tx) if total <= SMALL else []
    return [
        ("engine.database_bytes", "", total),
        *(("engine.table_bytes", name, size) for name, size in tables),
    ]


def _sqlite_tables(tx: Tx) -> list[tuple[str, int]]:
    """Tables with their indexes; none where SQLite was built without the table of its pages."""
    if not tx.value("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'"):
        return []
    rows = tx.all(
        """SELECT m.tbl_name, SUM(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name
           WHERE d.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?""",
        (BIGGEST,),
    )
    return [(row[0], row[1]) for row in rows]
