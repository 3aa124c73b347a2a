"""Alerts of this folder's system, and what keeps them quiet."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened, who
from web.acts import alerts as acts
from web.shown import alerts as shown

Row = dict[str, Any]


class Alerts:
    """See `web.shown.alerts`, `web.acts.alerts`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._site = opened.site

    def listing(self, resolved: int) -> list[Row]:
        """The open ones, then the newest of those that are over."""
        return shown.listing(self._site, self._opened.tx, resolved=resolved)

    def mutes(self) -> list[Row]:
        """Those in force."""
        return shown.mutes(self._site, self._opened.tx)

    def windows(self) -> list[Row]:
        """Those that are not over."""
        return shown.windows(self._site, self._opened.tx)

    def acknowledge(self, alert_id: int, note: str | None) -> str:
        """Who looks after it now."""
        acts.acknowledge(self._site, alert_id, by=who(), note=note)
        return who()

    def unacknowledge(self, alert_id: int) -> None:
        """Take that back."""
        acts.unacknowledge(self._site, alert_id, by=who())

    def silence(self, rule: str | None, about: str | None, seconds: float | None, reason: str | None) -> int:
        """The mute's id."""
        return acts.silence(self._site, rule, by=who(), about=about, seconds=seconds, reason=reason)

    def unmute(self, mute_id: int) -> None:
        """End a mute."""
        acts.unmute(self._site, mute_id, by=who())

    def plan_window(
        self, starts_at: float | None, ends_at: float, about: str | None, reason: str | None
    ) -> int:
        """The window's id; times in epoch seconds."""
        return acts.plan_window(
            self._site, starts_at=starts_at, ends_at=ends_at, by=who(), about=about, reason=reason
        )

    def cancel_window(self, window_id: int) -> None:
        """Cancel a window."""
        acts.cancel_window(self._site, window_id, by=who())
