"""What happened between two readings of a counter that only grows, wraps, or starts anew with its machine."""

from __future__ import annotations

from dataclasses import dataclass

#: Clocks of two machines and the steps of an uptime differ by so much, in s.
ROUNDING = 2.0


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter at a moment. `bits`: 32 or 64 for one that wraps, 0 for one that does not (seconds).

    `at`: seconds of our clock. `up`: for how many seconds its machine is up, None if nobody knows.
    """

    at: float
    value: float
    bits: int = 0
    up: float | None = None


def grown(earlier: Counted, later: Counted, *, fastest: float | None = None) -> float | None:
    """By how much it grew; None where nobody can say.

    That is: no time passed, the machine started in between, the counter went back without a wrap, or
    what a wrap would mean is faster than `fastest` (a second) or leaves room for a second wrap.
    """
    passed = later.at - earlier.at
    if passed <= 0 or rebooted(earlier, later):
        return None
    room = 2.0**later.bits if later.bits else 0.0
    if fastest is not None and room and passed * fastest >= room:
        return None
    difference = later.value - earlier.value
    if difference < 0:
        if later.bits != 32:
            return None  # 64 bits do not run out in a lifetime: it began anew
        difference += room
    if fastest is not None and difference > passed * fastest:
        return None
    return difference


def rate(earlier: Counted, later: Counted, *, fastest: float | None = None) -> float | None:
    """Growth a second, or None as in `grown`."""
    difference = grown(earlier, later, fastest=fastest)
    return None if difference is None else difference / (later.at - earlier.at)


def share(part: tuple[Counted, Counted], whole: tuple[Counted, Counted]) -> float | None:
    """Growth of `part` in percent of that of `whole` (busy and all CPU seconds): 0 to 100, or None."""
    some, all_of_it = grown(*part), grown(*whole)
    if some is None or not all_of_it:
        return None
    return min(100.0, 100 * some / all_of_it)


def rebooted(earlier: Counted, later: Counted) -> bool:
    """Whether the machine started between the readings.

    An uptime of 32 bits in 1/100 s wraps after 497 days and looks like a start: one rate is left out.
    """
    if later.up is None:
        return False
    if later.up < later.at - earlier.at - ROUNDING:
        return True
    return earlier.up is not None and later.up < earlier.up
