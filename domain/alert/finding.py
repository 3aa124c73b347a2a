"""What a rule finds wrong at one moment, and the rules there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["warning", "error"]

#: What waits must be found for so long (s), in two looks: right after a start everything looks late.
SETTLED = 15.0
#: The same for queues that a service comes to every few minutes.
SERVED = 600.0

#: Every rule with what it says, for lists of choices.
RULES = {
    "missed": "a planned time was not served",
    "failing": "a service fails again and again",
    "stuck_in_queue": "a run waits much longer than usual",
    "running_long": "a run takes much longer than usual",
    "daemon_down": "fewer instances of a daemon run than should",
    "crash_loop": "a daemon ends again and again",
    "node_lost": "a node is gone without a word",
    "group_starved": "somebody waits too long for a run group",
    "beat_stalled": "nothing is planned: the beat does not tick",
    "job_queue_stuck": "jobs wait and none is begun",
    "outbox_stuck": "mail waits and is not sent",
    "backup_old": "the last good backup is too old",
    "check": "a check of a server fails",
    "hook_paused": "an event hook is not called any more, because it failed too long",
    "problem": "a service found something that somebody must mend",
    "user_locked": "a user of a directory is locked out",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `rule` is one of `RULES`; `object` is what it is about, as "service cache_manager", "node n2",
    "run_group disk" or "check web1/page". The alert opens when this has been found for `after` seconds.
    `known`: the event log tells of its cause by an event of its own, so that nobody must be told twice.
    """

    rule: str
    object: str
    text: str
    severity: Severity = "warning"
    after: float = 0.0
    known: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes two findings the same alert."""
        return self.rule, self.object
