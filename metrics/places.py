"""Run groups, nodes, jobs, mail, and the state of the site as a whole."""

from __future__ import annotations

from collections import Counter

from metrics.look import Look
from metrics.samples import Samples
from store import setting
from store.measure import groups, work

#: What a job can be in before it is done.
JOB_STATES = ("queued", "unknown", "running", "held", "failed")
NODE_STATES = ("up", "draining", "lost")


def run_groups(samples: Samples, look: Look) -> None:
    """Every group that a service is in, or that somebody holds or waits for."""
    found = groups.groups(look.tx)
    named = {group for row in look.services for group in row["run_groups"].split()}
    for group in sorted(named | found.keys()):
        held, waiting, oldest = found.get(group, (0, 0, None))
        samples.add("run_group_held", held, group)
        samples.add("run_group_waiting_runs", waiting, group)
        samples.add("run_group_oldest_waiting_timestamp_seconds", oldest, group)


def nodes(samples: Samples, look: Look) -> None:
    """Every node that has not left."""
    states = Counter(row["state"] for row in look.nodes)
    for state in NODE_STATES:
        samples.add("nodes", states[state], state)
    for row in look.nodes:
        samples.add("node_last_heartbeat_timestamp_seconds", row["seen_at"], row["name"])
        samples.add("node_slots", int(row["slots"]), row["name"])
        samples.add("node_busy_slots", int(row["busy"]), row["name"])
        samples.add("node_memory_bytes", row["memory"], row["name"])


def jobs(samples: Samples, look: Look) -> None:
    """The work queue by kind and state; 0 too for the kinds that are known."""
    counts: dict[tuple[str, str], int] = {}
    for kind, state, count, oldest in work.jobs(look.tx):
        counts[kind, state] = count
        if state == "queued":
            samples.add("job_oldest_queued_timestamp_seconds", oldest, kind)
    for kind in sorted({*look.kinds, *(kind for kind, _ in counts)}):
        for state in JOB_STATES:
            samples.add("jobs", counts.get((kind, state), 0), kind, state)


def outbox(samples: Samples, look: Look) -> None:
    """Mail that is to be sent."""
    count, oldest = work.outbox(look.tx)
    samples.add("outbox_waiting_mails", count)
    samples.add("outbox_oldest_waiting_timestamp_seconds", oldest)


def held(samples: Samples, look: Look) -> None:
    """What observing families only wanted to do."""
    for family, state, count in work.held_acts(look.tx):
        samples.add("held_acts", count, family, state)


def site(samples: Samples, look: Look) -> None:
    """The beat, and whether the site rests."""
    tick = setting.get(look.tx, "beat")
    samples.add("beat_last_tick_timestamp_seconds", None if tick is None else float(tick["at"]))
    samples.add("maintenance", setting.get(look.tx, "maintenance") is not None)
