"""Servers and checks as operators read them: an icon and a tone for each state, numbers with units."""

from __future__ import annotations

from typing import Any

#: State -> (icon, tone, word).
STATES = {
    "failed": ("failed", "bad", "failed"),
    "warning": ("overdue", "warn", "warning"),
    "unknown": ("missing", "quiet", "not looked at yet"),
    "good": ("done", "good", "good"),
    "unread": ("none", "quiet", "not read"),
    "off": ("disabled", "quiet", "off"),
}
#: From here on a share is shown as one to look at, and as a bad one.
FULL, TOO_FULL = 85.0, 95.0


def tone(percent: float) -> str:
    """Of a bar that is so full."""
    return "bad" if percent >= TOO_FULL else "warn" if percent >= FULL else "busy"


def measured(check: dict[str, Any]) -> str:
    """What a check measured last, with its unit; "" where it measures nothing."""
    value, unit = check["value"], check["unit"]
    if value is None:
        return ""
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
    if unit == "B/s":
        return _bytes(value)
    return f"{value:.0f} days" if unit == "d" else f"{value:.1f} {unit}"


def _bytes(value: float) -> str:
    for unit in ("B/s", "kB/s", "MB/s", "GB/s"):
        if value < 1000 or unit == "GB/s":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B/s" else f"{value:.1f} {unit}"
