"""What the editor says of a period: where an odd one restarts, and what stands for one above an hour."""

from __future__ import annotations

from domain.time.rule import Periodic

DAY = 1440  # minutes


def restart_of(rule: Periodic) -> str | None:
    """Where a period that does not divide 60 restarts, in a sentence; None for one that does."""
    if 60 % rule.minutes == 0:
        return None
    counted = f"every {rule.minutes} min does not divide the hour: it is counted from midnight"
    if DAY % rule.minutes == 0:
        return f"{counted}, so its minutes differ from hour to hour"
    last = rule.align + (DAY - 1 - rule.align) // rule.minutes * rule.minutes
    pause = DAY - last + rule.align
    return f"{counted} and restarts there: after {_clock(last)} comes {_clock(rule.align)}, {pause} min later"


def fixed_times_for(period: int, align: int = 0) -> tuple[str, ...]:
    """The times of day that stand for a period of more than 60 minutes, counted from midnight."""
    first = align if 0 <= align < min(period, DAY) else 0
    return tuple(_clock(minute) for minute in range(first, DAY, period))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
