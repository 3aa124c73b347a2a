"""Which of several notices before a due date is to be given now: one, however many were missed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

DAY = 86_400.0


@dataclass(frozen=True)
class DueDate:
    """Something that falls due at `at` (epoch seconds) and whom that is told.

    `key` names it, the same each time. ``what`` is one line for the subject; `text` the message, of
    which ``$days`` is replaced by how many days are left. `owner`: the organisation by whose settings
    the mail goes out, None for the site's.
    """

    key: str
    at: float
    to: tuple[str, ...]
    what: str
    text: str = ""
    owner: str | None = None


def stage(at: float, days: Collection[float], now: float, forget: float = 30.0) -> float | None:
    """How many days before `at` the notice is for that is to be given at `now`; None: none is.

    Of those whose time has passed it is the last: who was away for ten of them is told once. What was
    due more than `forget` days ago is not told of any more.
    """
    if now - at > forget * DAY:
        return None
    passed = [each for each in days if at - each * DAY <= now]
    return min(passed, default=None)


def days_left(at: float, now: float) -> int:
    """Whole days until `at`, begun ones counted; negative once it is over."""
    return -int((now - at) // DAY)
