"""All rules together: from the facts of a moment to what should be open."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.alert import accounts, found, machines, planned, waiting
from domain.alert.facts import Facts
from domain.alert.finding import Finding

_RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    planned.missed,
    planned.failing,
    planned.beat_stalled,
    planned.backup_old,
    waiting.stuck_in_queue,
    waiting.running_long,
    waiting.group_starved,
    waiting.job_queue_stuck,
    waiting.outbox_stuck,
    machines.daemon_down,
    machines.crash_loop,
    machines.node_lost,
    machines.check,
    machines.hook_paused,
    accounts.user_locked,
    found.problem,
)


def findings(facts: Facts) -> dict[tuple[str, str], Finding]:
    """What is wrong, by (rule, object)."""
    return {found.key: found for rule in _RULES for found in rule(facts)}
