"""A figure over time as upright columns: one for each hour or day, with its scale beside it.

Classes: ``columns`` of the picture, ``bar`` of a column. A time of which nothing can be said has no column.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil, floor, log10
from zoneinfo import ZoneInfo

from web.charts.text import clock, escape

#: In pixels: the scale stands left of the plot, the times under it.
LEFT, WIDTH, HIGH, FOOT, TOP = 54, 420, 120, 20, 8
#: Times that are written under the columns.
_LABELS = 7
#: About as wide is the half of one that stands over the end of the plot.
_LABEL = 24
DAY = 86_400


def columns(
    values: Sequence[float | None], at: Sequence[int], step: int, zone: ZoneInfo, title: str, unit: str = ""
) -> str:
    """The SVG; `at`: epoch seconds at which each column begins, `step`: s of a column."""
    most = top(max((value for value in values if value is not None), default=0))
    wide = WIDTH / max(1, len(values))
    bars = "".join(
        _bar(place * wide, wide, value / most, f"{_when(at[place], step, zone)}: {number(value)}{unit}")
        for place, value in enumerate(values)
        if value is not None
    )
    label = escape(f"{title}: {_said(values, at, step, zone, unit)}")
    size = f"0 0 {LEFT + WIDTH + 8} {TOP + HIGH + FOOT}"
    return (
        f'<svg class="chart columns" viewBox="{size}" role="img" aria-label="{label}">'
        f"{_scale(most, unit)}{bars}{_times(at, wide, step, zone)}</svg>"
    )


def top(most: float) -> float:
    """The end of a scale: 1, 2 or 5 of a power of ten, and not below `most`."""
    if most <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(most))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= most * (1 - 1e-9))


def number(value: float) -> str:
    """With separators, and no more decimals than say something."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.2f}"


def _bar(x: float, wide: float, share: float, title: str) -> str:
    gap = 1 if wide >= 4 else 0
    high = max(share, 0) * HIGH
    height = max(high, 1.0) if share > 0 else 0
    return (
        f'<g><title>{escape(title)}</title><rect class="hit" x="{LEFT + x:.1f}" y="{TOP}" width="{wide:.1f}"'
        f' height="{HIGH}"/><rect class="bar" x="{LEFT + x:.1f}" y="{TOP + HIGH - height:.1f}"'
        f' width="{max(wide - gap, 0.5):.1f}" height="{height:.1f}"/></g>'
    )


def _scale(most: float, unit: str) -> str:
    drawn = []
    for part in (0.0, 0.5, 1.0):
        y = TOP + HIGH * (1 - part)
        drawn.append(
            f'<path class="tick" d="M{LEFT} {y:g}H{LEFT + WIDTH}"/>'
            f'<text class="scale" x="{LEFT - 6}" y="{y + 4:g}">{number(most * part)}{escape(unit)}</text>'
        )
    return "".join(drawn)


def _times(at: Sequence[int], wide: float, step: int, zone: ZoneInfo) -> str:
    local = [datetime.fromtimestamp(each, zone) for each in at]
    by_day = step >= DAY or len(at) > 2 * DAY // step
    # Of several days their beginnings are written, where there is room for them.
    begins = [place for place, when in enumerate(local) if step >= DAY or not by_day or when.hour == 0]
    return "".join(
        f'<text class="when" x="{LEFT + place * wide:.1f}" y="{TOP + HIGH + 15}">'
        f"{local[place]:{'%d %b' if by_day else '%H:%M'}}</text>"
        for place in begins[:: max(1, ceil(len(begins) / _LABELS))]
        if place * wide <= WIDTH - _LABEL
    )


def _when(at: int, step: int, zone: ZoneInfo) -> str:
    said = clock(at, zone)
    return said.rsplit(" ", 1)[0] if step >= DAY else said


def _said(values: Sequence[float | None], at: Sequence[int], step: int, zone: ZoneInfo, unit: str) -> str:
    known = [(value, at[place]) for place, value in enumerate(values) if value is not None]
    if not known:
        return "nothing in this time"
    most, when = max(known)
    span = "days" if step >= DAY else "hours"
    return f"{len(values)} {span}, at most {number(most)}{unit} on {_when(when, step, zone)}"
