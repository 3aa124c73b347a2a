"""The order of those who wait: priority, raised by waiting; then age; then id.

Anyone can recompute it from `runs --json` and the ``[coordinator]`` settings.
"""

from __future__ import annotations

#: (not preempting, effective priority, queued at, id); the least goes first.
Key = tuple[bool, int, float, int]


def order_key(
    *, run_id: int, priority: int, queued_at: float, now: float, age_step: float, preempt: bool = False
) -> Key:
    """Where a waiting run stands.

    Priority 0 is first. Every `age_step` seconds of waiting is worth one step, down to 0, so
    that among those who have waited long enough only age counts and nobody starves.
    """
    steps = int(max(0.0, now - queued_at) // age_step)
    return (not preempt, max(0, priority - steps), queued_at, run_id)
