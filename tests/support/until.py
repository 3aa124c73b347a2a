"""Waiting for a condition, instead of sleeping for a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

_STEP = 0.005


def until(condition: Callable[[], object], what: str, *, seconds: float = 20, every: float = _STEP) -> None:
    """Wait until `condition()` holds; fails with `what` if it does not within `seconds`.

    `seconds` only bounds a test that fails: it is no statement on speed. `every`: s between two looks,
    more where a look is work.
    """
    pause = threading.Event()
    for _ in range(int(seconds / every)):
        if condition():
            return
        pause.wait(every)
    raise AssertionError(f"waited {seconds:.0f} s in vain until {what}")
