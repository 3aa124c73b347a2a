"""Where time comes from, and how instants are written: UTC epoch seconds everywhere inside."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """What tells the time; handed in, so that tests can set it."""

    def now(self) -> float:
        """UTC epoch seconds; may jump when the machine's clock is set."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment of this process; never steps back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """UTC epoch seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment; never steps back."""
        return time.monotonic()


def as_datetime(epoch: float) -> datetime:
    """The instant as an aware datetime in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


# The same instants are written again and again, each time that a page looks.
@lru_cache(maxsize=16384)
def rfc3339(epoch: float | None) -> str | None:
    """The instant as "2027-03-28T01:00:00.000Z", or None.

    Always with milliseconds, so that such texts sort as the instants do.
    """
    if epoch is None:
        return None
    return as_datetime(epoch).isoformat(timespec="milliseconds").replace("+00:00", "Z")
