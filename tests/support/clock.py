"""A clock that tests set; it stands still in between."""

from __future__ import annotations


class FakeClock:
    """Stands at `now` (UTC epoch seconds) until a test moves it."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = float(now)
        self._monotonic = 1000.0

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass: both clocks move. ValueError for a step back, which is a `jump`."""
        if seconds < 0:
            raise ValueError(f"time cannot pass by {seconds} s; use jump() to set the wall clock back")
        self._now += seconds
        self._monotonic += seconds

    def set(self, now: float) -> None:
        """Let time pass until `now`: both clocks move."""
        self.advance(now - self._now)

    def jump(self, seconds: float) -> None:
        """Somebody set the wall clock forward or back: only `now` moves."""
        self._now += seconds
