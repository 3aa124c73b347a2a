"""A service's runs on a line of time: one lane for each node, and no more bars than can be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: How many columns a timeline has; short runs that begin in the same one are drawn as one bar.
COLUMNS = 440
#: How many bars are drawn at most, the newest ones.
MOST = 1000

#: What a bar of several runs shows: the first of these that is among them.
_WORST = ("failed", "lost", "missed", "running", "granted", "queued", "partial", "cancelled", "skipped")


@dataclass(frozen=True, slots=True)
class Bar:
    """One run, or several short ones that begin in the same column.

    Times in UTC epoch seconds, of the first run, but for `ended_at`, which is the last one's; None: not
    (yet). `state`: a state of a run, or ``partial``; of several the worst. `run`: the newest run's id.
    """

    run: int
    count: int
    state: str
    states: tuple[tuple[str, int], ...]
    reason: str | None
    planned_at: float | None
    queued_at: float
    granted_at: float | None
    started_at: float | None
    ended_at: float | None
    wait: float | None  # the longest from asked for to begun, in s

    @property
    def begin(self) -> float:
        """When the bar begins: when it was due, else when it was asked for."""
        return self.queued_at if self.planned_at is None else min(self.planned_at, self.queued_at)

    def end(self, now: float) -> float:
        """When it ends; an open run goes on until now."""
        return max(self.begin, now if self.ended_at is None else self.ended_at)


@dataclass(frozen=True, slots=True)
class Lane:
    """The runs of one node in order; an empty name for those that never came to a node."""

    node: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """From `start` to `end`, UTC epoch seconds; `coming`: planned starts; `more`: runs that are not drawn."""

    service: str
    start: float
    end: float
    now: float
    lanes: tuple[Lane, ...]
    coming: tuple[int, ...]
    more: int


def arranged(
    service: str,
    runs: Iterable[Mapping[str, Any]],
    start: float,
    now: float,
    coming: Sequence[int],
    more: int,
) -> Timeline:
    """The timeline of these runs (columns of the table ``run``) from `start` on.

    It ends a little after the last of the `coming` starts. `more`: how many runs the caller left out.
    """
    span = now - start
    last = max(coming, default=0) - now
    end = now + min(span, max(span / 12, last * 1.05))
    column = (end - start) / COLUMNS
    lanes: dict[str, list[Bar]] = {}
    for row in sorted(runs, key=lambda row: (_begin(row), row["id"])):
        bars = lanes.setdefault(row["node"] or row["for_node"] or "", [])
        bar = _bar(row)
        if bars and _same(bars[-1], bar, start, column, now):
            bars[-1] = _joined(bars[-1], bar)
        else:
            bars.append(bar)
    drawn = {id(bar) for bar in sorted(_all(lanes), key=lambda bar: bar.begin)[-MOST:]}
    left = sum(bar.count for bar in _all(lanes) if id(bar) not in drawn)
    return Timeline(
        service=service,
        start=start,
        end=end,
        now=now,
        lanes=tuple(
            Lane(node, tuple(bar for bar in lanes[node] if id(bar) in drawn)) for node in sorted(lanes)
        ),
        coming=tuple(coming),
        more=more + left,
    )


def _all(lanes: Mapping[str, Sequence[Bar]]) -> list[Bar]:
    return [bar for bars in lanes.values() for bar in bars]


def _begin(row: Mapping[str, Any]) -> float:
    queued: float = row["queued_at"]
    return queued if row["planned_at"] is None else min(row["planned_at"], queued)


def _bar(row: Mapping[str, Any]) -> Bar:
    state = row["outcome"] if row["state"] == "succeeded" and row["outcome"] == "partial" else row["state"]
    # A run that is tried again still says when it was begun before it was put back in line.
    started = None if row["state"] in ("queued", "granted") else row["started_at"]
    waited = started is not None and started >= row["queued_at"]
    return Bar(
        run=row["id"],
        count=1,
        state=state,
        states=((state, 1),),
        reason=row["reason"],
        planned_at=row["planned_at"],
        queued_at=row["queued_at"],
        granted_at=row["granted_at"],
        started_at=started,
        ended_at=row["ended_at"],
        wait=started - row["queued_at"] if waited else None,
    )


def _same(before: Bar, bar: Bar, start: float, column: float, now: float) -> bool:
    """True if nobody could tell the two apart."""
    if bar.end(now) - bar.begin >= column or before.end(now) - before.begin >= 2 * column:
        return False
    return (before.begin - start) // column == (bar.begin - start) // column


def _joined(before: Bar, bar: Bar) -> Bar:
    states = Counter(dict(before.states))
    states.update(dict(bar.states))
    waits = [each.wait for each in (before, bar) if each.wait is not None]
    ends = [each.ended_at for each in (before, bar) if each.ended_at is not None]
    return Bar(
        run=max(before.run, bar.run),
        count=before.count + bar.count,
        state=next((state for state in _WORST if state in states), before.state),
        states=tuple(sorted(states.items())),
        reason=before.reason if before.reason == bar.reason else None,
        planned_at=before.planned_at,
        queued_at=before.queued_at,
        granted_at=before.granted_at,
        started_at=before.started_at if before.started_at is not None else bar.started_at,
        ended_at=max(ends) if len(ends) == 2 else None,
        wait=max(waits, default=None),
    )
