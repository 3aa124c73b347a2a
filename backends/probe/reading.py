"""What a server says of itself, the same from SNMP, an exporter, or the kernel of our own machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

#: (metric, object, value): names and units are those of `backends.machine`.
Figure = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Counter:
    """What only grows: ``cpu.busy_seconds``, ``network.received_bytes``; `bits`: after how many it wraps.

    `fastest`: it cannot grow by more a second; None where nobody knows.
    """

    metric: str
    object: str
    value: float
    bits: int = 0
    fastest: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service of the server (or process, or application pool) and what it is doing."""

    name: str
    running: bool
    state: str


@dataclass(frozen=True)
class Reading:
    """One reading. `up`: seconds since the server started; `notes`: what could not be read, and why."""

    figures: tuple[Figure, ...] = ()
    counters: tuple[Counter, ...] = ()
    services: tuple[ServiceState, ...] = ()
    inventory: dict[str, str] = field(default_factory=dict)
    up: float | None = None
    notes: tuple[str, ...] = ()

    def value(self, metric: str, about: str = "") -> float | None:
        """One figure, or None if it was not read."""
        found = (value for name, thing, value in self.figures if (name, thing) == (metric, about))
        return next(found, None)


def volume(mount: str, total: float, used: float, free: float) -> list[Figure]:
    """The figures of one volume; sizes in bytes."""
    percent = 100 * used / (used + free) if used + free > 0 else 0.0
    return [
        ("disk.used_bytes", mount, used),
        ("disk.free_bytes", mount, free),
        ("disk.total_bytes", mount, total),
        ("disk.used_percent", mount, percent),
    ]


def memory(total: float, available: float) -> list[Figure]:
    """The figures of main memory, in bytes; what caches give back on demand is available."""
    used = max(0.0, total - available)
    return [
        ("memory.total_bytes", "", total),
        ("memory.used_bytes", "", used),
        ("memory.used_percent", "", 100 * used / total if total else 0.0),
    ]


def merged(services: Iterable[ServiceState]) -> tuple[ServiceState, ...]:
    """Each name once, in order of names; one that runs anywhere runs."""
    found: dict[str, ServiceState] = {}
    for each in services:
        known = found.get(each.name)
        if known is None or (each.running and not known.running):
            found[each.name] = each
    return tuple(found[name] for name in sorted(found))
