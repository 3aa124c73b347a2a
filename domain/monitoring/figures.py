"""From two readings of a server to figures: what counters grew by in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.monitoring import rates
from domain.monitoring.rates import Counted

#: (metric, object, value)
Figure = tuple[str, str, float]
#: (metric, object) of a counter.
Name = tuple[str, str]

#: An earlier reading this much older (s) says nothing about now: the mean would hide all that happened.
OLDEST = 3600.0
#: No card is faster (bytes a second): 400 Gbit/s. What a wrap would mean beyond that is none.
FASTEST = 50e9
BUSY, TOTAL, CPU = ("cpu.busy_seconds", ""), ("cpu.total_seconds", ""), ("cpu.percent", "")


@dataclass(frozen=True)
class Counters:
    """All counters of one reading: name -> (value, bits); `at`: epoch s, `up`: s since the start.

    `fastest`: by how much a second some of them can grow at the most.
    """

    at: float
    up: float | None = None
    values: Mapping[Name, tuple[float, int]] = field(default_factory=dict)
    fastest: Mapping[Name, float] = field(default_factory=dict)

    def counted(self, name: Name) -> Counted:
        """One of them."""
        value, bits = self.values[name]
        return Counted(self.at, value, bits, self.up)


def between(earlier: Counters | None, later: Counters, told: Iterable[Figure] = ()) -> list[Figure]:
    """CPU in percent, and bytes a second of each network card and of all (object ""), as far as known.

    What the server `told` itself is not worked out again. A counter that nobody can compare (the server
    started in between, the counter began anew, too long ago) gives no figure: a gap stays a gap.
    """
    if earlier is None or not 0 < later.at - earlier.at <= OLDEST:
        return []
    known = {(metric, about) for metric, about, _ in told}
    both = earlier.values.keys() & later.values.keys()
    found: list[Figure] = []
    if CPU not in known and {BUSY, TOTAL} <= both:
        pairs = [(earlier.counted(name), later.counted(name)) for name in (BUSY, TOTAL)]
        if (percent := rates.share(pairs[0], pairs[1])) is not None:
            found.append((*CPU, percent))
    for direction in ("received", "sent"):
        found += _cards(earlier, later, sorted(both), direction)
    return found


def _cards(earlier: Counters, later: Counters, names: list[Name], direction: str) -> list[Figure]:
    metric = f"network.{direction}_bytes"
    speeds = {
        name[1]: rates.rate(
            earlier.counted(name), later.counted(name), fastest=later.fastest.get(name, FASTEST)
        )
        for name in names
        if name[0] == metric
    }
    found = [(f"{metric}_per_second", about, speed) for about, speed in speeds.items() if speed is not None]
    if found and "" not in speeds and len(found) == len(speeds):
        found.append((f"{metric}_per_second", "", sum(speed for _, _, speed in found)))
    return found
