"""What charts over time share: a line of time in pixels, lanes, hours under them and a line for now."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from web.charts.hours import ticks
from web.charts.text import escape

#: In pixels: names stand left of the plot, hours under it.
LEFT, WIDTH, FOOT = 130, 880, 22
#: How many letters of a name there is room for.
_LETTERS = 18


@dataclass(frozen=True, slots=True)
class Plot:
    """The time from `start` to `end` (UTC epoch seconds) over lanes of `lane` pixels."""

    start: float
    end: float
    lanes: int
    lane: int

    @property
    def height(self) -> int:
        """Of all lanes."""
        return max(1, self.lanes) * self.lane

    def x(self, at: float) -> float:
        """Where an instant is; those outside stand at the edge."""
        share = (at - self.start) / (self.end - self.start)
        return round(LEFT + min(max(share, 0.0), 1.0) * WIDTH, 1)

    def rect(self, kind: str, start: float, end: float, top: float, height: float, least: float = 0) -> str:
        """A bar from `start` to `end`; none if it is thinner than a tenth of a pixel and `least` is 0."""
        left, right = self.x(start), self.x(end)
        width = round(max(right - left, least), 1)
        if width <= 0:
            return ""
        return f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"/>'

    def svg(self, kind: str, label: str, marks: str, zone: ZoneInfo) -> str:
        """The whole picture; `marks` over the hours, `label` for who cannot see it."""
        size = f"0 0 {LEFT + WIDTH + 10} {self.height + FOOT}"
        return (
            f'<svg class="chart {kind}" viewBox="{size}" role="img" aria-label="{escape(label)}">'
            f"{self._hours(zone)}{marks}</svg>"
        )

    def name(self, place: int, text: str) -> str:
        """The name of a lane, cut where there is no room; its title has all of it."""
        short = text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
        y = place * self.lane + self.lane / 2 + 4
        line = f'<path class="lane" d="M0 {(place + 1) * self.lane}H{LEFT + WIDTH}"/>'
        return f'{line}<text class="name" x="0" y="{y:g}">{escape(short)}<title>{escape(text)}</title></text>'

    def line(self, kind: str, at: float, title: str) -> str:
        """An upright line through all lanes."""
        return (
            f'<path class="{kind}" d="M{self.x(at):g} 0V{self.height}"><title>{escape(title)}</title></path>'
        )

    def _hours(self, zone: ZoneInfo) -> str:
        drawn = []
        for at, text in ticks(self.start, self.end, zone):
            x = f"{self.x(at):g}"
            drawn.append(f'<path class="{"tick named" if text else "tick"}" d="M{x} 0V{self.height}"/>')
            if text:
                drawn.append(f'<text class="hour" x="{x}" y="{self.height + 15}">{text}</text>')
        return "".join(drawn)
