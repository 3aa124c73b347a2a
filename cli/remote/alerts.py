"""Alerts of a system elsewhere, and what keeps them quiet."""

from __future__ import annotations

from typing import Any

from cli.remote.connection import Connection
from domain.time.clock import rfc3339
from web.shown.alerts import MOST_OPEN

Row = dict[str, Any]


class Alerts:
    """As `cli.local.alerts.Alerts`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(self, resolved: int) -> list[Row]:
        """The open ones, then the newest of those that are over."""
        found = self._at.rows(self._at.get("alerts", state="open", limit=MOST_OPEN), "alerts")
        found = sorted(found, key=lambda row: bool(row["quiet"]))
        if resolved:
            found += self._at.rows(self._at.get("alerts", state="resolved", limit=resolved), "alerts")
        return found

    def mutes(self) -> list[Row]:
        """Those in force."""
        return self._at.rows(self._at.get("alerts", "mutes"), "mutes")

    def windows(self) -> list[Row]:
        """Those that are not over."""
        return self._at.rows(self._at.get("alerts", "windows"), "windows")

    def acknowledge(self, alert_id: int, note: str | None) -> str:
        """Who looks after it now."""
        done = self._at.post("alerts", alert_id, "acknowledge", body={"note": note})
        return str(self._at.value(done, "acknowledged_by"))

    def unacknowledge(self, alert_id: int) -> None:
        """Take that back."""
        self._at.delete("alerts", alert_id, "acknowledge")

    def silence(self, rule: str | None, about: str | None, seconds: float | None, reason: str | None) -> int:
        """The mute's id."""
        body = {"rule": rule, "object": about, "seconds": seconds, "reason": reason}
        return int(self._at.value(self._at.post("alerts", "mutes", body=body), "id"))

    def unmute(self, mute_id: int) -> None:
        """End a mute."""
        self._at.delete("alerts", "mutes", mute_id)

    def plan_window(
        self, starts_at: float | None, ends_at: float, about: str | None, reason: str | None
    ) -> int:
        """The window's id; times in epoch seconds."""
        body = {
            "object": about,
            "starts_at": rfc3339(starts_at),
            "ends_at": rfc3339(ends_at),
            "reason": reason,
        }
        return int(self._at.value(self._at.post("alerts", "windows", body=body), "id"))

    def cancel_window(self, window_id: int) -> None:
        """Cancel a window."""
        self._at.delete("alerts", "windows", window_id)
