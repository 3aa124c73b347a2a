"""Words and numbers as charts write them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from html import escape as _escape
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1024)
def escape(text: str) -> str:
    """Text as it may stand in a tag or in an attribute."""
    return _escape(text, quote=True)


def spoken(seconds: float) -> str:
    """A span in the unit that suits it: "3.2 s", "4 min 10 s", "2 h 5 min"."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def clock(at: float, zone: ZoneInfo, seconds: bool = False) -> str:
    """The day and the minute in `zone`: "Fri 15 Jan 08:00", or with `seconds` "Fri 15 Jan 08:00:07"."""
    local = datetime.fromtimestamp(at, zone)
    return f"{local:%a %d %b %H:%M:%S}" if seconds else f"{local:%a %d %b %H:%M}"
