"""What a process logs while it executes a run says of which run it speaks."""

from __future__ import annotations

from contextlib import AbstractContextManager

from structlog.contextvars import bound_contextvars

from store.run.claimed import ClaimedRun


def of_run(claimed: ClaimedRun, node: str) -> AbstractContextManager[None]:
    """Every line of this thread's log gets the run's fields until it ends, those of libraries too."""
    return bound_contextvars(
        service=claimed.service,
        run_id=claimed.run_id,
        node=node,
        trigger=claimed.trigger,
        attempt=claimed.attempt,
    )
