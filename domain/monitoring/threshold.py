"""How bad a measured value may be, and how good it must be again: two limits, so that nothing flaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

Worse = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value at `limit` or worse is bad; once bad, it is good again when better by more than `slack`.

    `worse`: on which side of the limit the bad values are (use of a disk: above; free space: below).
    All in the unit of the value.
    """

    limit: float
    worse: Worse = "above"
    slack: float = 0.0

    def __post_init__(self) -> None:
        if self.worse not in get_args(Worse):
            raise ValueError(f"worse: expected above or below, got {self.worse}")
        if not math.isfinite(self.limit):
            raise ValueError(f"limit: expected a number, got {self.limit}")
        if not 0 <= self.slack < math.inf:
            raise ValueError(f"slack: expected 0 or more, got {self.slack}")

    def crossed(self, value: float, *, before: bool = False) -> bool:
        """Whether `value` is bad; `before`: whether the last one was. ValueError for what is no number."""
        if math.isnan(value):
            raise ValueError("value: expected a number, got none")
        sign = 1 if self.worse == "above" else -1
        beyond = sign * (value - self.limit)
        return beyond >= -self.slack if before else beyond >= 0

    def in_words(self, value: float, unit: str = "") -> str:
        """``93 % is at or above 90 %``: what is wrong with a value, for the alert."""
        return f"{_said(value, unit)} is at or {self.worse} {_said(self.limit, unit)}"


def _said(value: float, unit: str) -> str:
    return f"{value:.10g} {unit}".rstrip() if value == round(value, 2) else f"{value:.2f} {unit}".rstrip()
