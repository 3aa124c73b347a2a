"""Which alerts are quiet: they open and are shown, but nobody is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Mute:
    """Somebody wants to hear nothing of a rule (None: of any) about an object (None: about any).

    An object that ends in ``*`` means all that begin so. `until`: epoch seconds, None: until ended.
    """

    id: int
    rule: str | None
    object: str | None
    until: float | None
    by: str
    reason: str | None
    created_at: float

    def covers(self, rule: str, about: str, now: float) -> bool:
        """True while it keeps this alert quiet."""
        in_force = self.until is None or now < self.until
        return in_force and self.rule in (None, rule) and _means(self.object, about)


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which alerts about an object (None: on the whole site) are expected; epoch seconds."""

    id: int
    object: str | None
    starts_at: float
    ends_at: float
    by: str
    reason: str | None

    def covers(self, about: str, now: float) -> bool:
        """True while it keeps this alert quiet."""
        return self.starts_at <= now < self.ends_at and _means(self.object, about)


def why_quiet(
    rule: str, about: str, mutes: Iterable[Mute], windows: Iterable[Window], now: float, zone: tzinfo
) -> str | None:
    """Who keeps this alert quiet, until when and why, in one line; None when nobody does."""
    for window in windows:
        if window.covers(about, now):
            said = f"maintenance window until {_clock(window.ends_at, zone)}, planned by {window.by}"
            return said + (f": {window.reason}" if window.reason else "")
    for mute in mutes:
        if mute.covers(rule, about, now):
            end = "" if mute.until is None else f" until {_clock(mute.until, zone)}"
            return f"muted by {mute.by}{end}" + (f": {mute.reason}" if mute.reason else "")
    return None


def _means(wanted: str | None, about: str) -> bool:
    if wanted is None:
        return True
    return about.startswith(wanted[:-1]) if wanted.endswith("*") else about == wanted


def _clock(at: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"
