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
    together: dict[str, list[_Together]] = {}
    for begin, _, row in sorted((_begin(row), row["id"], row) for row in runs):
        ended = row["ended_at"]
        over = now if ended is None else max(begin, ended)
        lane = together.setdefault(row["node"] or row["for_node"] or "", [])
        if lane and lane[-1].takes(begin, over, start, column):
            lane[-1].rows.append(row)
            lane[-1].end = max(lane[-1].end, over)
        else:
            lane.append(_Together(begin, over, [row]))
    lanes = {node: [_bar(each.rows) for each in lane] for node, lane in together.items()}
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


@dataclass(slots=True)
class _Together:
    """Runs that are one bar, in the order of their beginning."""

    begin: float
    end: float
    rows: list[Mapping[str, Any]]

    def takes(self, begin: float, end: float, start: float, column: float) -> bool:
        """True if nobody could tell such a run from these."""
        if end - begin >= column or self.end - self.begin >= 2 * column:
            return False
        return (self.begin - start) // column == (begin - start) // column


def _all(lanes: Mapping[str, Sequence[Bar]]) -> list[Bar]:
    return [bar for bars in lanes.values() for bar in bars]


def _begin(row: Mapping[str, Any]) -> float:
    queued: float = row["queued_at"]
    return queued if row["planned_at"] is None else min(row["planned_at"], queued)


def _bar(rows: Sequence[Mapping[str, Any]]) -> Bar:
    first = rows[0]
    states = Counter(map(_state, rows))
    begun = [(row, _started(row)) for row in rows]
    waits = [at - row["queued_at"] for row, at in begun if at is not None and at >= row["queued_at"]]
    ends = [row["ended_at"] for row in rows]
    return Bar(
        run=max(row["id"] for row in rows),
        count=len(rows),
        state=next((state for state in _WORST if state in states), _state(first)),
        states=tuple(sorted(states.items())),
        reason=first["reason"] if all(row["reason"] == first["reason"] for row in rows) else None,
        planned_at=first["planned_at"],
        queued_at=first["queued_at"],
        granted_at=first["granted_at"],
        started_at=next((at for _, at in begun if at is not None), None),
        ended_at=None if None in ends else max(ends),
        wait=max(waits, default=None),
    )


def _state(row: Mapping[str, Any]) -> str:
    state: str = (
        row["outcome"] if row["state"] == "succeeded" and row["outcome"] == "partial" else row["state"]
    )
    return state


def _started(row: Mapping[str, Any]) -> float | None:
    """A run that is tried again still says when it was begun before it was put back in line."""
    return None if row["state"] in ("queued", "granted") else row["started_at"]
