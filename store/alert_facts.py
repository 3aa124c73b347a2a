"""What the rules of alerts look at, in statements that go by index: no history is read through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.jobs.lanes import Limits
from store.job.ready import ready
from store.tx import Tx, marks

Rows = list[dict[str, Any]]

#: Of a service's last runs so many are looked at, and of those that went well so many count.
LOOK, COUNT = 60, 20
#: Services in one statement; SQLite takes at most 500 parts.
AT_ONCE = 100


def services(tx: Tx) -> Rows:
    """Every service of the catalogue, without its long texts."""
    return tx.dicts(
        """SELECT name, title, kind, enabled, missing, rule, misfire_window, instances, roles, paused_at,
                  paused_until, accounted_until, consecutive_failures, last_outcome, last_success_at
           FROM service WHERE present ORDER BY name"""
    )


def missed(tx: Tx, since: float) -> dict[str, int]:
    """service -> how many of its planned times were recorded as missed since then.

    Those of a node that is lost or has left are told by the alert on the node.
    """
    rows = tx.all(
        """SELECT r.service, SUM(r.planned_count) FROM run r
           WHERE r.state = 'missed' AND r.ended_at > ?
             AND NOT EXISTS (SELECT 1 FROM node n WHERE n.name = r.for_node AND n.state IN ('lost', 'left'))
           GROUP BY r.service""",
        (since,),
    )
    return {service: int(count) for service, count in rows}


def waiting(tx: Tx, before: float) -> Rows:
    """The runs and holds that have been queued since before that moment."""
    return tx.dicts(
        """SELECT r.id, r.service, s.title, r.queued_at, r.not_before
           FROM run r JOIN service s ON s.name = r.service
           WHERE r.state = 'queued' AND r.queued_at < ?""",
        (before,),
    )


def services_of(tx: Tx, run_ids: Sequence[int]) -> dict[int, str]:
    """The service of each of these runs."""
    found: dict[int, str] = {}
    for start in range(0, len(run_ids), AT_ONCE):
        some = run_ids[start : start + AT_ONCE]
        found |= dict(tx.all(f"SELECT id, service FROM run WHERE id IN ({marks(some)})", some))
    return found


def running(tx: Tx) -> Rows:
    """The runs that run now; a daemon's holds are none."""
    return tx.dicts(
        """SELECT r.id, r.service, s.title, r.node, r.started_at, r.apart, s.time_limit
           FROM run r JOIN service s ON s.name = r.service
           WHERE r.state IN ('granted', 'running') AND r.state = 'running' AND r.trigger <> 'hold'"""
    )


def durations(tx: Tx, names: Sequence[str]) -> dict[str, list[float]]:
    """service -> how long its last runs took that went well, in seconds; at most `COUNT` of each."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        part = """SELECT * FROM (SELECT service, state, ended_at - started_at AS took FROM run
                                 WHERE service = ? AND trigger <> 'hold' AND NOT apart
                                 ORDER BY id DESC LIMIT ?) AS last"""
        sql = " UNION ALL ".join([part] * len(some))
        for service, state, took in tx.all(sql, [value for name in some for value in (name, LOOK)]):
            if state == "succeeded" and took is not None and len(found[service]) < COUNT:
                found[service].append(took)
    return found


def jobs(tx: Tx, limits: Limits, now: float, recent: float) -> Rows:
    """(kind, waiting, oldest, begun_at) of each kind with jobs that could be claimed.

    `oldest`: since when the first of them could be. `begun_at`: when one of those still open was last
    begun, or the end of one after `recent`.
    """
    condition, params = ready("j", limits, now)
    rows = tx.dicts(
        f"""SELECT j.kind, COUNT(*) AS waiting, MIN(COALESCE(j.not_before, j.added_at)) AS oldest
            FROM job j WHERE {condition} GROUP BY j.kind""",
        params,
    )
    if all(row["oldest"] > recent for row in rows):
        return []
    begun: dict[str, float] = dict(
        tx.all("SELECT kind, MAX(claimed_at) FROM job WHERE ended_at IS NULL GROUP BY kind")
    )
    ended: dict[str, float] = dict(
        tx.all("SELECT kind, MAX(ended_at) FROM job WHERE ended_at > ? GROUP BY kind", (recent,))
    )
    for row in rows:
        times = [each[row["kind"]] for each in (begun, ended) if each.get(row["kind"]) is not None]
        row["begun_at"] = max(times, default=None)
    return rows


def mail(tx: Tx, before: float) -> tuple[int, float | None]:
    """How many mails could have been sent before that moment, and since when the oldest."""
    count, oldest = tx.all(
        """SELECT COUNT(*), MIN(not_before) FROM mail
           WHERE state IN ('queued', 'unknown') AND not_before < ?""",
        (before,),
    )[0]
    return int(count), oldest


def nodes(tx: Tx) -> Rows:
    """Nodes that are up or lost, with what they can run."""
    return tx.dicts("SELECT name, state, state_at, roles, services FROM node WHERE state IN ('up', 'lost')")
