"""The line of calls of one hook: which goes next, and what a try that failed means for the others.

Calls about one object keep their order, so one that fails holds back those behind it and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.mail.retry import next_try

#: So many failures in a row, and the hook is left alone until the next run.
ENOUGH = 3
#: Acts that are held for one hook in one run; nobody looks through more.
MOST_HELD = 100
#: The longest wait that a receiver may ask for, in s.
LONGEST_WAIT = 6 * 3600.0
#: What is wrong with a call itself, and will hardly be right later: fewer tries.
OWN_FAULTS = ("invalid", "conflict")
FEW_TRIES = 5


class Waiting(NamedTuple):
    """A call that has not ended."""

    id: int
    object: str
    not_before: float


@dataclass(frozen=True)
class Rules:
    """A call is given up after so many `tries`, a hook is paused after it has failed for `pause` seconds."""

    tries: int
    pause: float
    #: A hook is paused after so many failures at the least: a site that slept has seen one only.
    least_failures: int = 5

    def again(self, kind: str, tries: int, now: float, after: float | None) -> float | None:
        """When a call goes again after its try number `tries` (epoch seconds); None: never."""
        most = min(self.tries, FEW_TRIES) if kind in OWN_FAULTS else self.tries
        following = next_try(now, tries, most)
        if following is None or after is None:
            return following
        return max(following, now + min(after, LONGEST_WAIT))

    def pauses(self, failures: int, failing_since: float, now: float) -> bool:
        """Whether a hook has failed so long that it is left alone until somebody looks."""
        return failures >= self.least_failures and now - failing_since >= self.pause


class Line:
    """One hook's calls in one run: hand out the next, and say what became of it."""

    def __init__(self, calls: Sequence[Waiting], now: float) -> None:
        self._calls: Iterator[Waiting] = iter(calls)
        self._now = now
        self._blocked: set[str] = set()
        self._failures = 0
        self.held = 0
        self.over = False

    def next(self) -> int | None:
        """The id of the call that goes next; None: nothing more in this run."""
        for call in self._calls:
            if self.over:
                return None
            if call.object in self._blocked:
                continue
            if call.not_before > self._now:
                self._blocked.add(call.object)
                continue
            return call.id
        return None

    def done(self) -> None:
        """The last one arrived."""
        self._failures = 0

    def kept(self, about: str) -> None:
        """The last one is held: those behind it wait, the others go on."""
        self._blocked.add(about)
        self.held += 1
        self.over = self.over or self.held >= MOST_HELD

    def failed(self, about: str, kind: str, ended: bool) -> None:
        """The last one did not arrive; `ended`: it is given up, and holds nobody back any more."""
        if not ended:
            self._blocked.add(about)
        if kind not in OWN_FAULTS:
            self._failures += 1
        self.over = self.over or kind == "throttled" or self._failures >= ENOUGH
