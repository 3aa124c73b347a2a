"""What an operator may set of the services for directories, checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CopyLimits:
    """`timeout` in seconds, of one answer; `vanishing_share`: of a directory's users, so many may be gone at
    once.
    """

    timeout: float = 60.0
    vanishing_share: float = 0.2

    def __post_init__(self) -> None:
        _between("timeout", self.timeout, 1, 600)
        _between("vanishing_share", self.vanishing_share, 0, 1)


@dataclass(frozen=True)
class LockLimits:
    """`timeout` in seconds, of one answer; `whole_hours`: so often it is read of all users when their
    passwords end.
    """

    timeout: float = 60.0
    whole_hours: float = 6.0

    def __post_init__(self) -> None:
        _between("timeout", self.timeout, 1, 600)
        _between("whole_hours", self.whole_hours, 0, 168)


@dataclass(frozen=True)
class NoticeLimits:
    """`days` before a password ends on which its user is told, once each; `help`: how it is changed, a line
    for the mail; `timeout` in seconds, of one answer.
    """

    days: tuple[float, ...] = (14.0, 7.0, 3.0, 1.0)
    help: str = ""
    timeout: float = 60.0

    def __post_init__(self) -> None:
        _between("timeout", self.timeout, 1, 600)
        if not self.days:
            raise ValueError("days: expected at least one")
        for each in self.days:
            _between("days", each, 0, 365)


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: expected {low:g} to {high:g}, got {value:g}")
