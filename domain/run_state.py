"""The states of a run, and every way from one to another.

`TRANSITIONS` is the only truth; `docs/state_machine.md` draws it and a test compares the two.
"""

from __future__ import annotations

#: A run that has not ended.
OPEN = ("queued", "granted", "running")
#: A run that has ended; nothing leaves these.
FINAL = ("succeeded", "failed", "cancelled", "lost", "merged", "skipped", "missed")
STATES = OPEN + FINAL

#: (from, to): when. A state of None is a row that does not exist yet.
TRANSITIONS: dict[tuple[str | None, str], str] = {
    (None, "queued"): "a planned time came, or somebody asked",
    (None, "merged"): "a run of the same service already waits",
    (None, "skipped"): "paused, overlap or misfire rule",
    (None, "missed"): "the planned time passed unserved and its window is over",
    ("queued", "granted"): "its groups, a slot and its limit are free",
    ("queued", "merged"): "a later occurrence stands for it",
    ("queued", "skipped"): "the service was disabled",
    ("queued", "missed"): "its node stayed away for the whole window",
    ("queued", "cancelled"): "somebody cancelled it",
    ("granted", "running"): "a worker claimed it",
    ("granted", "queued"): "its node went, drains, or the recheck failed",
    ("granted", "cancelled"): "somebody cancelled it",
    ("running", "succeeded"): "the service returned",
    ("running", "failed"): "the service failed and no try is left",
    ("running", "cancelled"): "it stopped after a cancel",
    ("running", "lost"): "its process is gone and it is not to be tried again",
    ("running", "queued"): "the attempt ended and tries are left",
}

#: How an attempt ends.
ATTEMPT_ENDS = ("succeeded", "failed", "timeout", "lost", "drained", "cancelled")


def after_attempt(ended: str, *, tries_left: bool, retry_lost: bool) -> str:
    """The state of a run whose attempt has ended so.

    A drained attempt is always tried again: it was we who stopped it. A lost one only if the
    service says that its work may be done twice.
    """
    if ended == "succeeded":
        return "succeeded"
    if ended == "cancelled":
        return "cancelled"
    if ended == "drained":
        return "queued"
    if ended == "lost":
        return "queued" if retry_lost else "lost"
    return "queued" if tries_left else "failed"


def backoff(attempt: int) -> float:
    """Seconds to wait before the try after `attempt` (1..): 15, 30, 60, … at most 900."""
    return min(15.0 * 2.0 ** min(attempt - 1, 6), 900.0)
