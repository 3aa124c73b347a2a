"""What a step that destroys may take at all, and how much of it in one run (design §6, "Effects")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Two complete reads that both miss an object lie at least so far apart, in seconds.
APART = 86_400.0


@dataclass(frozen=True)
class Bounds:
    """At most `most` in one run, or `share` of all there are, whichever is less; but always one."""

    most: int = 20
    share: float = 0.01

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ValueError(f"most: expected at least 1, got {self.most}")
        if not 0 < self.share <= 1:
            raise ValueError(f"share: expected more than 0 to 1, got {self.share:g}")

    def per_run(self, total: int) -> int:
        """How many may go in one run where there are `total`."""
        return max(1, min(self.most, int(total * self.share)))


@dataclass(frozen=True)
class Doomed:
    """Something that is to be destroyed because it is absent elsewhere; times in epoch seconds.

    ``absent_since``: the complete read that missed it first. ``absent_at``: the newest one that did.
    """

    key: str
    what: str
    absent_since: float
    absent_at: float
    organisation: str | None = None
    object: str | None = None


def is_proved(each: Doomed) -> bool:
    """Whether two complete reads at least 24 hours apart both missed it."""
    return each.absent_at - each.absent_since >= APART


def chosen(doomed: Sequence[Doomed], total: int, bounds: Bounds) -> list[Doomed]:
    """Those that may go in this run: proved absent, the longest absent first, within the bounds."""
    proved = sorted((each for each in doomed if is_proved(each)), key=lambda one: (one.absent_since, one.key))
    return proved[: bounds.per_run(total)]
