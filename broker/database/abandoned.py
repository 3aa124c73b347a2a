"""Which messages in work have an owner that is dead.

A lease is a renewal counter, not a time: it lapses when one watcher has seen the counter stand
still for a full lease on its own clock, counting only time in which the database answered. So no
clocks of two machines are compared, and an outage takes nobody's messages away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from store.message import Held

_Key = tuple[int, str, int]


class Watch:
    """One watcher's memory; `lease` in seconds. For one thread."""

    def __init__(self, lease: float, clock: Callable[[], float]) -> None:
        self.lease = lease
        self.each = lease / 3
        self._clock = clock
        self._next = 0.0
        self._looked: float | None = None
        self._answered = 0.0
        self._still: dict[_Key, tuple[int, float]] = {}

    def due_in(self) -> float:
        """Seconds until the next look."""
        return max(0.0, self._next - self._clock())

    def interrupted(self) -> None:
        """The database did not answer: the time since the last look does not count."""
        self._looked = None

    def lapsed(self, held: Sequence[Held]) -> list[Held]:
        """Take in what is in work now; those of it whose owner has not moved for a full lease."""
        now = self._clock()
        if self._looked is not None:
            # A gap of more than one look was not spent watching: this process was stopped or slow.
            self._answered += min(now - self._looked, 2 * self.each)
        self._looked = now
        self._next = now + self.each
        self._still = {_key(one): self._since(one) for one in held}
        return [one for one in held if self._answered - self._still[_key(one)][1] >= self.lease]

    def _since(self, one: Held) -> tuple[int, float]:
        renewal, since = self._still.get(_key(one), (None, 0.0))
        return (one.renewal, since if renewal == one.renewal else self._answered)


def _key(one: Held) -> _Key:
    # A message taken again by the same owner counts from 0 again; its deliveries tell the two apart.
    return (one.id, one.owner, one.deliveries)
