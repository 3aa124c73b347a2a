"""The event log as operators ask for it: what stands in the address of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from store.event_log import Wanted
from web.pages.job_rows import printable

#: Severity -> (icon, tone).
SEVERITIES = {"error": ("failed", "bad"), "warning": ("overdue", "warn"), "info": ("enabled", "quiet")}


@dataclass(frozen=True)
class Asked:
    """What an operator wants to see; `since` and `until` are wall clock times of the site's zone."""

    q: str = ""
    type: str = ""
    severity: str = ""
    sender: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, params: Sequence[tuple[str, str]]) -> Asked:
        """From a query string; what is not known, or cannot be printed, is left out."""
        return cls(**{name: printable(value) for name, value in params if name in cls.__dataclass_fields__})

    def wanted(self, zone: tzinfo) -> Wanted:
        """The same for the event log; times that are none do not narrow."""
        return Wanted(
            type=self.type or None,
            severity=self.severity or None,
            sender=self.sender or None,
            tag=self.tag or None,
            text=self.q or None,
            since=_instant(self.since, zone),
            until=_instant(self.until, zone),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the page is chosen."""
        return any((self.q, self.type, self.severity, self.sender, self.tag, self.since, self.until))


def _instant(text: str, zone: tzinfo) -> float | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return None
