"""What is past its term goes, in small transactions: ended runs, audit, samples, dead rows.

Nothing here holds a lock for long: what to delete is chosen by plain reads, and each transaction
deletes at most `batch` rows, those that go with a run counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.retention import Terms
from store import database
from store.calls import past as calls
from store.campaign import past as campaign
from store.directory import past as directory
from store.helpdesk import past as helpdesk
from store.retention import Gone, Past, delete, delete_keys, write
from store.sample import STEPS
from store.tx import Row, Tx

#: A run goes once it is past its term, but never the last one of its service or step, nor one that
#: others were merged into as long as they are there.
_PAST_TERM = """
    ended_at >= ? AND ended_at < ?
    AND ended_at < CASE WHEN state IN ('failed', 'lost', 'missed') THEN ? ELSE ? END"""
_FREE = """
    NOT EXISTS (SELECT 1 FROM run m WHERE m.merged_into = run.id)
    AND id <> (SELECT MAX(o.id) FROM run o WHERE o.service = run.service)
    AND NOT EXISTS (SELECT 1 FROM service s WHERE s.name = run.service AND s.last_run_id = run.id)
    AND NOT EXISTS (SELECT 1 FROM step t WHERE t.service = run.service AND t.last_run_id = run.id)"""

#: With each run: how many log lines it has, and how many other rows go with it.
_RUNS = f"""
    SELECT id, ended_at, (SELECT COUNT(*) FROM run_log l WHERE l.run_id = run.id),
           (SELECT COUNT(*) FROM attempt a WHERE a.run_id = run.id)
           + (SELECT COUNT(*) FROM run_step p WHERE p.run_id = run.id)
           + (SELECT COUNT(*) FROM membership g WHERE g.run_id = run.id)
    FROM run WHERE {_PAST_TERM} AND (ended_at > ? OR id > ?) AND {_FREE}
    ORDER BY ended_at, id LIMIT ?"""

_LINES = """
    DELETE FROM run_log
    WHERE run_id = ? AND n IN (SELECT n FROM run_log WHERE run_id = ? ORDER BY n LIMIT ?)"""

#: What is past its term by one look at the row.
_OTHERS = {
    past.what: past
    for past in (
        Past("changes", "change", "at < ?"),
        Past("request_keys", "request_key", "at < ?", key="key"),
        Past("rejected", "rejected", "at < ?"),
        Past("events", "event", "at < ?"),
        Past("alerts", "alert", "resolved_at < ?"),
        Past("jobs", "job", "ended_at < ?"),
        Past("holds", "hold_minute", "minute < ?", key="minute"),
        Past("mails", "mail", "ended_at < ?"),
        Past("notices", "notification", "ended_at < ?"),
        Past("reports", "report_delivery", "at < ?"),
        Past("usage_reports", "usage_report_delivery", "at < ?"),
        Past("hook_calls", "hook_call", "ended_at < ?"),
        Past("workflow_runs", "workflow_run", "ended_at < ?"),
        Past("held_acts", "held_act", "last_at < ?", free="state IN ('done', 'dropped')"),
        Past("destructions", "destruction", "at < ?"),
        Past("processes", "process", "ended_at < ?"),
        Past("check_results", "check_result", "at < ?"),
        Past(
            "nodes",
            "node",
            "state_at < ?",
            key="name",
            free="state = 'left'"
            " AND NOT EXISTS (SELECT 1 FROM process p WHERE p.node = node.name AND p.ended_at IS NULL)",
        ),
    )
}


def claim(tx: Tx, fence: int, now: float) -> str | None:
    """Take the cleaning of the shared tables for the run with this fence; who has it, None if we.

    It stays taken only as long as that run is running: a lost one frees it by being lost.
    """
    holder = "state IN ('granted', 'running') AND fence = CAST(setting.value AS BIGINT) AND fence <> ?"
    taken = tx.run(
        f"""INSERT INTO setting (name, value, changed_at) VALUES ('cleaner', ?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
                WHERE NOT EXISTS (SELECT 1 FROM run WHERE {holder})""",
        (str(fence), now, fence),
    )
    if taken:
        return None
    node = tx.value(f"SELECT node FROM run, setting WHERE setting.name = 'cleaner' AND {holder}", (fence,))
    return str(node or "another node")


def past_term(tx: Tx, terms: Terms) -> int:
    """How many ended runs are past their term; a few of them may have to stay."""
    return int(tx.value(f"SELECT COUNT(*) FROM run WHERE {_PAST_TERM}", (0.0, *_run_terms(terms))))


def clean(terms: Terms, batch: int) -> Iterator[Gone]:
    """Delete what is past its term, one transaction for each step of the iteration."""
    yield from _clean_runs(terms, batch)
    for what, before in (
        ("changes", terms.changes),
        ("request_keys", terms.request_keys),
        ("rejected", terms.rejected),
        ("events", terms.events),
        ("alerts", terms.events),
        ("jobs", terms.jobs),
        ("holds", terms.runs),
        ("mails", terms.mail),
        ("notices", terms.mail),
        ("reports", terms.mail),
        ("usage_reports", terms.mail),
        ("hook_calls", terms.events),
        ("workflow_runs", terms.events),
        ("held_acts", terms.changes),
        ("destructions", terms.changes),
        ("processes", terms.gone_nodes),
        ("nodes", terms.gone_nodes),
        ("check_results", terms.results),
    ):
        yield from delete(_OTHERS[what], before, batch)
    for part in (calls, directory, helpdesk, campaign):
        yield from part.clean(terms, batch)
    for step in (0, *STEPS):
        yield from _clean_samples(step, terms.samples[step], batch)
    yield from _clean_series(batch)


def _clean_runs(terms: Terms, batch: int) -> Iterator[Gone]:
    """Pass by pass: a run that others were merged into may go once they have gone."""
    found = True
    while found:
        found = False
        ended_at, run_id = 0.0, 0
        while rows := database.read().all(_RUNS, (ended_at, *_run_terms(terms), ended_at, run_id, batch)):
            found = True
            run_id, ended_at = rows[-1][:2]
            for some in _portions(rows, batch):
                yield from _clean_lines(some, batch)
                yield "runs", delete_keys("run", "id", "ended_at IS NOT NULL", some)


def _run_terms(terms: Terms) -> tuple[float, float, float]:
    return (max(terms.runs, terms.failed_runs), terms.failed_runs, terms.runs)


def _portions(rows: list[Row], batch: int) -> Iterator[dict[int, int]]:
    """Runs (id -> log lines) that make at most `batch` rows together; a larger one stands alone."""
    some: dict[int, int] = {}
    size = 0
    for run_id, _, lines, others in rows:
        if some and size + 1 + lines + others > batch:
            yield some
            some, size = {}, 0
        some[run_id] = lines
        size += 1 + lines + others
    if some:
        yield some


def _clean_lines(some: dict[int, int], batch: int) -> Iterator[Gone]:
    """The lines of a run with many of them go before it."""
    for run_id, lines in some.items():
        for _ in range(lines // batch):
            yield "log_lines", write(_LINES, (run_id, run_id, batch))


def _clean_samples(step: int, before: float, batch: int) -> Iterator[Gone]:
    """Up to the last whole hour before the term, so that no span is ever half there."""
    until = int(before) - int(before) % max(STEPS)
    table, only = ("rollup", f"step = {step} AND") if step else ("sample", "")
    old = f"SELECT at FROM {table} WHERE {only} series_id = ? AND at < ?"
    delete = f"DELETE FROM {table} WHERE {only} series_id = ? AND at IN ({old} ORDER BY at LIMIT ?)"
    for (series_id,) in database.read().all("SELECT id FROM series ORDER BY id"):
        while database.read().one(f"{old} LIMIT 1", (series_id, until)):
            yield "samples", write(delete, (series_id, series_id, until, batch))


def _clean_series(batch: int) -> Iterator[Gone]:
    """What nobody measures any more and nothing is left of."""
    empty = """NOT EXISTS (SELECT 1 FROM sample WHERE series_id = id)
               AND NOT EXISTS (SELECT 1 FROM rollup WHERE series_id = id)"""
    while rows := database.read().all(f"SELECT id FROM series WHERE {empty} LIMIT ?", (batch,)):
        yield "series", delete_keys("series", "id", empty, [row[0] for row in rows])
