"""The daily packages of calls: what is kept, and what an operator may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Packages:
    """What an operator may change.

    Days that ended more than `archive_after` days ago are archived to `folder`; 0: none are. Room is made
    for `ahead` days to come. After `longest` s a run begins no other day, so that those who share its group
    get their turn.
    """

    archive_after: int = 0
    folder: str = "var/calls"
    ahead: int = 3
    longest: float = 300.0

    def __post_init__(self) -> None:
        if self.archive_after < 0:
            raise ValueError(f"archive_after: expected 0 (off) or more days, got {self.archive_after}")
        if not 1 <= self.ahead <= 366:
            raise ValueError(f"ahead: expected 1 to 366 days, got {self.ahead}")
        if not self.folder:
            raise ValueError("folder: expected the path of a folder, got nothing")


@dataclass(frozen=True)
class Asked:
    """What a forced run does instead of its ordinary work: one of the three, for one day (2027-01-15).

    `roll_back`: the balances get back what the calls of a deleted day had cost.
    """

    archive: str = ""
    restore: str = ""
    delete: str = ""
    roll_back: bool = False

    def __post_init__(self) -> None:
        asked = [each.name for each in fields(self) if each.name != "roll_back" and getattr(self, each.name)]
        if len(asked) > 1:
            raise ValueError(f"expected one of archive, restore and delete, got {' and '.join(asked)}")
        if self.roll_back and not self.delete:
            raise ValueError("roll_back: it belongs to delete")
        for name in asked:
            _date(name, getattr(self, name))

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Asked | None:
        """None for a run of which nothing is asked."""
        made = cls(**{each.name: values[each.name] for each in fields(cls) if each.name in values})
        return made if made.act else None

    @property
    def act(self) -> str:
        """``archive``, ``restore`` or ``delete``; "" for none."""
        return next((name for name in ("archive", "restore", "delete") if getattr(self, name)), "")

    @property
    def day(self) -> date:
        """Which day. Raises ValueError where nothing is asked."""
        return _date(self.act, getattr(self, self.act) if self.act else "")


def _date(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name}: expected a day like 2027-01-15, got {text!r}") from None
