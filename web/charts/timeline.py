"""The timeline of a service: how late each run was asked for, how long it waited, and how it went.

Classes: ``late`` (planned to asked for), ``wait`` (to begun), ``ran`` with the state (begun to ended),
``coming`` (planned starts), ``now``. What went badly has a cross, what never ran a ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.timeline import Bar, Lane, Timeline
from web.charts.plot import LEFT, WIDTH, Plot
from web.charts.text import clock, escape, spoken

LANE = 34
#: How many runs the table under the chart lists.
ROWS = 100
_TOP, _HIGH, _LEAST = 9, 16, 2
#: Planned starts nearer than this, in pixels, are one line.
_APART = 5
_BAD = ("failed", "lost")
_NEVER_RAN = ("skipped", "missed")


class TableRow(NamedTuple):
    """One bar of the chart in words; empty where there is nothing to say."""

    run: int
    node: str
    due: str
    queued: str
    started: str
    ended: str
    waited: str
    took: str
    state: str


def chart(timeline: Timeline, zone: ZoneInfo) -> str:
    """The SVG; times in `zone`."""
    plot = Plot(timeline.start, timeline.end, len(timeline.lanes), LANE)
    lanes = "".join(_lane(plot, place, lane, timeline, zone) for place, lane in enumerate(timeline.lanes))
    coming = "".join(
        plot.line("coming", at, f"planned: {clock(at, zone)}") for at in _apart(plot, timeline.coming)
    )
    now = plot.line("now", timeline.now, f"now: {clock(timeline.now, zone)}")
    return plot.svg("timeline", _label(timeline, zone), f"{coming}{lanes}{now}", zone)


def table(timeline: Timeline, zone: ZoneInfo) -> list[TableRow]:
    """The newest `ROWS` bars in words, the newest first."""
    every = [(lane.node, bar) for lane in timeline.lanes for bar in lane.bars]
    every.sort(key=lambda each: (each[1].begin, each[1].run), reverse=True)
    return [_row(node, bar, zone) for node, bar in every[:ROWS]]


def left_out(timeline: Timeline) -> str:
    """What the chart does not draw: "12 more not drawn", or nothing."""
    return f"{timeline.more} more not drawn" if timeline.more else ""


def _apart(plot: Plot, coming: Sequence[int]) -> list[int]:
    """The starts that can be told apart: dotted lines side by side would look like stripes."""
    drawn: list[int] = []
    for at in coming:
        if at <= plot.end and (not drawn or plot.x(at) - plot.x(drawn[-1]) >= _APART):
            drawn.append(at)
    return drawn


def _lane(plot: Plot, place: int, lane: Lane, timeline: Timeline, zone: ZoneInfo) -> str:
    bars = "".join(_bar(plot, place * LANE + _TOP, bar, timeline.now, zone) for bar in lane.bars)
    return plot.name(place, lane.node or "not on a node") + bars


def _bar(plot: Plot, top: int, bar: Bar, now: float, zone: ZoneInfo) -> str:
    title = f"<title>{_said(bar, now, zone)}</title>"
    due = bar.begin
    asked = max(due, bar.queued_at)
    begun = bar.started_at if bar.started_at is not None else bar.end(now)
    if bar.state in _NEVER_RAN:
        # Its planned time, not the moment in which somebody noticed.
        return f'<g class="run {bar.state}">{title}{_ring(plot.x(due), top)}</g>'
    late = plot.rect("late", due, asked, top + 5, _HIGH - 10)
    wait = plot.rect("wait", asked, max(asked, begun), top + 3, _HIGH - 6)
    ran = ""
    if bar.started_at is not None:
        ran = plot.rect(f"ran {bar.state}", begun, bar.end(now), top, _HIGH, _LEAST)
    cross = _cross(plot.x(max(begun, bar.end(now))), top) if bar.state in _BAD else ""
    return f'<g class="run {bar.state}">{title}{late}{wait}{ran}{cross}</g>'


def _cross(x: float, top: int) -> str:
    left = min(max(x - 3, LEFT), LEFT + WIDTH - 6)
    return f'<path class="cross" d="M{left:g} {top - 7}l6 6m0-6l-6 6"/>'


def _ring(x: float, top: int) -> str:
    return f'<circle class="ring" cx="{x:g}" cy="{top + _HIGH // 2}" r="4"/>'


def _said(bar: Bar, now: float, zone: ZoneInfo) -> str:
    if bar.count > 1:
        states = ", ".join(f"{count} {escape(state)}" for state, count in bar.states)
        return f"{bar.count} runs from {clock(bar.begin, zone)}: {states}"
    parts = [f"run {bar.run}, {clock(bar.begin, zone)}", escape(bar.state)]
    if bar.reason:
        parts[-1] += f": {escape(bar.reason)}"
    if bar.wait is not None:
        parts.append(f"waited {spoken(bar.wait)}")
    elif bar.ended_at is None and bar.state in ("queued", "granted"):
        parts.append(f"waits for {spoken(max(0.0, now - bar.queued_at))}")
    if bar.started_at is not None:
        took = spoken(max(0.0, bar.end(now) - bar.started_at))
        parts.append(f"runs for {took}" if bar.ended_at is None else f"took {took}")
    return ", ".join(parts)


def _row(node: str, bar: Bar, zone: ZoneInfo) -> TableRow:
    took = bar.ended_at - bar.started_at if bar.ended_at is not None and bar.started_at is not None else None
    words = ", ".join(f"{count} {state}" for state, count in bar.states) if bar.count > 1 else bar.state
    return TableRow(
        run=bar.run,
        node=node,
        due=_second(bar.planned_at, zone),
        queued=_second(bar.queued_at, zone),
        started=_second(bar.started_at, zone),
        ended=_second(bar.ended_at, zone),
        waited="" if bar.wait is None else spoken(bar.wait),
        # Of several runs, the time from the first to the last says nothing.
        took="" if took is None or bar.count > 1 else spoken(max(0.0, took)),
        state=words + (f": {bar.reason}" if bar.reason else ""),
    )


def _second(at: float | None, zone: ZoneInfo) -> str:
    return "" if at is None else clock(at, zone, seconds=True)


def _label(timeline: Timeline, zone: ZoneInfo) -> str:
    runs = sum(bar.count for lane in timeline.lanes for bar in lane.bars)
    bad = sum(
        count for lane in timeline.lanes for bar in lane.bars for state, count in bar.states if state in _BAD
    )
    return (
        f"Timeline of {timeline.service} since {clock(timeline.start, zone)}:"
        f" {runs} runs, {bad} failed or lost, {len(timeline.coming)} starts ahead"
    )
