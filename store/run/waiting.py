"""The rows the grant pass looks at, as statements that can travel in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from store.node import SERVICES_DIGEST
from store.tx import Dialect, Statement, Tx, marks

#: (name, roles, digest of its services, slots) of each node that is up and has a worker.
NODES: Statement = (
    f"""SELECT n.name, n.roles, {SERVICES_DIGEST}, SUM(p.slots) AS slots
       FROM node n JOIN process p ON p.node = n.name
       WHERE n.state = 'up' AND p.state = 'up' AND p.kind = 'worker'
       GROUP BY n.name""",
    (),
)

#: Where the limit of parallel runs counts: on each node for itself, or everywhere together.
_LIMIT_NODE = "CASE WHEN s.instances = 'each' THEN r.for_node ELSE '' END"

_FREE = f"""
    SELECT 1 FROM ({NODES[0]}) AS node
    WHERE node.slots > (SELECT COUNT(*) FROM run r WHERE r.node = node.name
                        AND r.state IN ('granted', 'running') AND r.trigger <> 'hold') LIMIT 1"""

#: (node, service, limit node, apart, how many) of the runs that take a slot.
ACTIVE: Statement = (
    f"""SELECT r.node, r.service, {_LIMIT_NODE}, r.apart, COUNT(*)
        FROM run r JOIN service s ON s.name = r.service
        WHERE r.state IN ('granted', 'running') AND r.trigger <> 'hold' GROUP BY 1, 2, 3, 4""",
    (),
)

#: Priorities are 0 (first) to 10.
PRIORITIES = 11

#: One row when some run waited for a slot at the last look.
FOR_SLOTS: Statement = ("SELECT 1 FROM run WHERE state = 'queued' AND wait_code = 'slots' LIMIT 1", ())

#: (group, run, title, node, since) of every group that is held.
HELD: Statement = (
    """SELECT m.run_group, r.id, s.title, r.node, COALESCE(r.started_at, r.granted_at)
       FROM membership m JOIN run r ON r.id = m.run_id JOIN service s ON s.name = r.service
       WHERE m.held""",
    (),
)

_COLUMNS = f"""
    r.id, r.service, s.title, r.for_node, r.roles, r.run_groups, r.priority, r.queued_at, r.not_before,
    r.preempt, s.parallel, s.paused_at, s.paused_until, r.wait_code, r.wait_group, r.wait_holder,
    {_LIMIT_NODE}, r.trigger IN ('schedule', 'catch_up') AND NOT (s.enabled AND s.present),
    r.trigger = 'hold', r.apart"""

_FROM = f"SELECT {_COLUMNS} FROM run r JOIN service s ON s.name = r.service WHERE"

#: Says it of runs that are looked up by their ids. PostgreSQL must not think of walking through all that wait
#: for it, by an index of these, of which its statistics know nothing when many come at once.
_WAITS = {"sqlite": "r.state = 'queued'", "postgresql": "(r.state = 'queued') IS TRUE"}

#: The order of coordinator.order as SQL; its two parameters are now and age_step.
_ORDER = {
    "sqlite": "ORDER BY NOT r.preempt, MAX(0, r.priority - CAST(MAX(0, ? - r.queued_at) / ? AS INTEGER)),"
    " r.queued_at, r.id",
    "postgresql": "ORDER BY NOT r.preempt,"
    " GREATEST(0, r.priority - FLOOR(GREATEST(0, ? - r.queued_at) / ?)), r.queued_at, r.id",
}


def all_waiting() -> Statement:
    """Every queued run."""
    return (f"{_FROM} r.state = 'queued'", ())


def of_runs(dialect: Dialect, run_ids: Sequence[int]) -> Statement:
    """These queued runs."""
    if dialect == "postgresql":  # one text, however many they are: it is planned once
        return (f"{_FROM} {_WAITS[dialect]} AND r.id = ANY(?::bigint[])", (list(run_ids),))
    return (f"{_FROM} {_WAITS[dialect]} AND r.id IN ({marks(run_ids)})", run_ids)


#: Those whose time has come and whose service may start now; its two parameters are now, twice.
_READY = """AND (r.not_before IS NULL OR r.not_before <= ?)
        AND (s.paused_at IS NULL OR s.paused_until <= ?)"""

#: Those with a group that somebody holds cannot start; whom they reserve groups against is looked up later.
_NO_GROUP_HELD = """AND NOT EXISTS (SELECT 1 FROM membership m JOIN membership h ON h.run_group = m.run_group
                                   WHERE m.run_id = r.id AND h.held)"""


def of_groups(dialect: Dialect, groups: Sequence[str], now: float, age_step: float, limit: int) -> Statement:
    """The first `limit` in order of those who wait for any of `groups` and could start."""
    theirs = f"SELECT run_id FROM membership WHERE NOT held AND run_group IN ({marks(groups)})"
    sql = f"{_few(dialect, theirs)} {_READY} {_ORDER[dialect]} LIMIT ?"
    return (sql, (*groups, now, now, now, age_step, limit))


def first_in_line(dialect: Dialect, now: float, age_step: float, limit: int) -> Statement:
    """The first `limit` in order of all who wait and could start.

    They are among the first of each priority: there the older one is never behind.
    """
    firsts, times = _first_of_each_priority(dialect, limit)
    sql = f"{_few(dialect, firsts)} {_ORDER[dialect]} LIMIT ?"
    return (sql, (*[now, now] * times, now, age_step, limit))


def _few(dialect: Dialect, ids: str) -> str:
    """Those of the runs that `ids` selects that wait: they are found first, then looked up one by one."""
    among = f"= ANY(ARRAY({ids}))" if dialect == "postgresql" else f"IN ({ids})"
    return f"{_FROM} {_WAITS[dialect]} AND r.id {among}"


@lru_cache(maxsize=8)
def _first_of_each_priority(dialect: Dialect, limit: int) -> tuple[str, int]:
    """Selects their ids; how often it takes the parameters of `_READY`.

    PostgreSQL says the line of a priority once: to plan eleven of them takes longer than to read them.
    """
    could = f"""SELECT r.id FROM run r JOIN service s ON s.name = r.service
                WHERE r.state = 'queued' {{which}} {_READY} {_NO_GROUP_HELD}"""
    own = could.format(which="AND r.priority = {priority}") + f" ORDER BY r.queued_at, r.id LIMIT {limit}"
    lines = [could.format(which="AND r.preempt")]
    if dialect == "postgresql":
        each = f"generate_series(0, {PRIORITIES - 1}) AS line (priority)"
        one = own.format(priority="line.priority")
        lines.append(f"SELECT first.id FROM {each} CROSS JOIN LATERAL ({one}) AS first")
    else:
        lines += [f"SELECT id FROM ({own.format(priority=n)}) AS p{n}" for n in range(PRIORITIES)]
    return " UNION ALL ".join(lines), len(lines)


def set_priority(tx: Tx, service: str, priority: int) -> None:
    """Give a service's waiting runs its new priority. Under the grant lock."""
    tx.run("UPDATE run SET priority = ? WHERE service = ? AND state = 'queued'", (priority, service))


def set_first(tx: Tx, run_ids: Sequence[int]) -> None:
    """Let these waiting runs go before all others. Under the grant lock."""
    tx.run(f"UPDATE run SET preempt = TRUE WHERE state = 'queued' AND id IN ({marks(run_ids)})", run_ids)


def in_the_way(tx: Tx, run_ids: Sequence[int]) -> set[int]:
    """The runs that hold what these wait for, as the grant pass has just noted: groups, or their place.

    Under the grant lock.
    """
    groups = tx.all(
        f"""SELECT held.run_id FROM run r JOIN membership mine ON mine.run_id = r.id
            JOIN membership held ON held.run_group = mine.run_group AND held.held
            WHERE r.id IN ({marks(run_ids)}) AND r.state = 'queued' AND r.wait_code = 'group'""",
        run_ids,
    )
    places = tx.all(
        f"""SELECT other.id FROM run r JOIN service s ON s.name = r.service
            JOIN run other ON other.service = r.service AND other.state IN ('granted', 'running')
                AND (s.instances <> 'each' OR other.for_node = r.for_node) AND other.apart = r.apart
            WHERE r.id IN ({marks(run_ids)}) AND r.state = 'queued' AND r.wait_code = 'parallel'""",
        run_ids,
    )
    return {row[0] for row in (*groups, *places)}


def any_waiting(tx: Tx) -> bool:
    """True when some run is queued."""
    return tx.value("SELECT 1 FROM run WHERE state = 'queued' LIMIT 1") is not None


def any_free(tx: Tx) -> bool:
    """True when some node that is up has a slot that no run takes."""
    return tx.value(_FREE) is not None
