"""Times on the command line: spans such as ``30m`` and instants in RFC 3339."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import typer

_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(s|m|min|h|d)")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
EXPECTED = "a span like 90s, 30m, 2h, 1d, or an instant like 2027-03-28T12:00:00Z"


def ahead(text: str | None, option: str, now: float, zone: ZoneInfo) -> float | None:
    """``30m`` (from now on) or an instant, as epoch seconds. Raises BadParameter."""
    if text is None:
        return None
    seconds = _span(text)
    at = _instant(text, option, zone) if seconds is None else now + seconds
    if at <= now:
        raise typer.BadParameter(f"{option}: {text} has passed already; give a time that is ahead")
    return at


def back(text: str | None, option: str, now: float, zone: ZoneInfo) -> float | None:
    """``2h`` (before now) or an instant, as epoch seconds. Raises BadParameter."""
    if text is None:
        return None
    seconds = _span(text)
    return _instant(text, option, zone) if seconds is None else now - seconds


def _span(text: str) -> float | None:
    match = _SPAN.fullmatch(text.strip().lower())
    return float(match[1]) * _UNITS[match[2]] if match else None


def _instant(text: str, option: str, zone: ZoneInfo) -> float:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{option}: expected {EXPECTED}, got {text!r}") from None
    # Without an offset, a person means the clock on the wall.
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
