"""From single results to an open or closed alert: N bad ones in a row open it, some good ones close it.

What comes back soon after it closed needs twice as many good results the next time, and so on up to
`MOST_DOUBLED` times: a check that is good and bad by turns leaves one alert open instead of many.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: How often the number of good results that close an alert can double: 4 times is 16 as many.
MOST_DOUBLED = 4


@dataclass(frozen=True, slots=True)
class CheckRule:
    """`fail_after` bad results in a row open, `clear_after` good ones close; `calm`: s, see above."""

    fail_after: int = 3
    clear_after: int = 2
    calm: float = 3600.0

    def __post_init__(self) -> None:
        for name in ("fail_after", "clear_after"):
            if not 1 <= getattr(self, name) <= 1000:
                raise ValueError(f"{name}: expected 1 to 1000, got {getattr(self, name)}")
        if self.calm < 0:
            raise ValueError(f"calm: expected 0 s or more, got {self.calm:g}")


@dataclass(frozen=True, slots=True)
class CheckState:
    """Where a check stands. `fails`, `passes`: results in a row; `changed_at`: it opened or closed, epoch s.

    `doubled`: how often it came back before it had been calm.
    """

    is_open: bool = False
    fails: int = 0
    passes: int = 0
    doubled: int = 0
    changed_at: float | None = None


def after(state: CheckState, good: bool, rule: CheckRule, now: float) -> CheckState:
    """The state after one more result; compare `is_open` to see whether it opened or closed."""
    if good:
        state = replace(state, fails=0, passes=state.passes + 1)
        wanted = good_results_wanted(state, rule)
        if state.is_open and state.passes >= wanted:
            return replace(state, is_open=False, changed_at=now)
        return state
    state = replace(state, passes=0, fails=state.fails + 1)
    if not state.is_open and state.fails >= rule.fail_after:
        back = state.changed_at is not None and now - state.changed_at < rule.calm
        doubled = min(MOST_DOUBLED, state.doubled + 1) if back else 0
        return replace(state, is_open=True, doubled=doubled, changed_at=now)
    return state


def good_results_wanted(state: CheckState, rule: CheckRule) -> int:
    """How many good results in a row close it."""
    return int(rule.clear_after * 2**state.doubled)
