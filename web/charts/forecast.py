"""The next 24 hours of the run groups: one lane for each, with who has it when, and what collides.

A bar that stands for several turns with short pauses is the paler, the more pauses there are.

Classes: ``busy`` (``busy full`` in a group that is asked for more than there is), ``collision``, ``now``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from domain.forecast.collisions import Collision
from domain.forecast.day import Forecast, GroupDay, spans
from web.charts.plot import WIDTH, Plot
from web.charts.text import clock, escape, spoken

LANE = 30
#: The width of a mark of a collision: of those that would overlap, the first is drawn.
MARK = 8
#: How pale a bar may be: it must be seen.
PALEST = 0.25
_TOP, _HIGH = 11, 14


def chart(forecast: Forecast, zone: ZoneInfo, titles: Mapping[str, str]) -> str:
    """The SVG; times in `zone`, `titles` of services by name."""
    plot = Plot(forecast.start, forecast.end, len(forecast.groups), LANE)
    lanes = "".join(
        _lane(
            plot,
            place,
            group,
            [each for each in forecast.collisions if each.group == group.name],
            titles,
            zone,
        )
        for place, group in enumerate(forecast.groups)
    )
    full = sum(group.asked > 1 for group in forecast.groups)
    times = sum(len(each.at) for each in forecast.collisions)
    label = (
        f"The next 24 hours of {len(forecast.groups)} run groups: {times} collisions,"
        f" {full} groups asked for more than there is"
    )
    return plot.svg("forecast", label, lanes, zone)


def _lane(
    plot: Plot,
    place: int,
    group: GroupDay,
    collisions: Sequence[Collision],
    titles: Mapping[str, str],
    zone: ZoneInfo,
) -> str:
    top = place * LANE + _TOP
    kind = "busy full" if group.asked > 1 else "busy"
    bars = []
    begins = [each.start for each in group.busy]
    for start, end, names in spans(group.busy, (plot.end - plot.start) / WIDTH):
        who = ", ".join(escape(titles.get(name, name)) for name in names)
        title = f"{clock(start, zone)}, {spoken(end - start)}: {who}"
        bar = plot.rect(kind, start, end, top, _HIGH, least=1)
        turns = group.busy[bisect_left(begins, start) : bisect_left(begins, end)]
        taken = sum(each.end - each.start for each in turns) / max(end - start, 1e-9)
        pale = f' fill-opacity="{max(taken, PALEST):.2f}"' if taken < 0.995 else ""
        bars.append(f"<g{pale}><title>{title}</title>{bar}</g>")
    return plot.name(place, group.name) + "".join(bars) + _marks(plot, top, collisions, titles, zone)


def _marks(
    plot: Plot, top: int, collisions: Sequence[Collision], titles: Mapping[str, str], zone: ZoneInfo
) -> str:
    """A triangle above each minute in which several want the group, where there is room for it."""
    met: dict[int, tuple[int, Collision]] = {}
    for each in collisions:
        for at in each.at:
            met.setdefault(round(plot.x(at)), (at, each))
    drawn: list[str] = []
    free = 0
    for x, (at, each) in sorted(met.items()):
        if x < free:
            continue
        free = x + MARK
        who = " and ".join(escape(titles.get(name, name)) for name in each.services)
        wait = f", one waits up to {spoken(each.longest)}" if each.longest else ""
        title = f"{clock(at, zone)}: {who} want it together{wait}"
        drawn.append(f'<path class="collision" d="M{x} {top - 1}l-4-7h8z"><title>{title}</title></path>')
    return "".join(drawn)
