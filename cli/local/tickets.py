"""The tickets of this folder's system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.opened import Opened, who
from domain.mail_in.files import File
from web.acts.ticket_opening import Opening
from web.acts.tickets import Tickets as Acts
from web.shown import tickets as shown
from web.shown.ticket_file import Saved, saved

Row = dict[str, Any]


class Tickets:
    """See `web.shown.tickets`, `web.acts.tickets`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def page(self, state: str, text: str, limit: int, before: int | None) -> Row:
        """``{tickets, next}``: the newest first."""
        now = self._opened.now
        return shown.page(self._opened.tx, shown.Wanted(state, text.strip()), now, limit, before)

    def one(self, number: int) -> Row | None:
        """One with its messages; None: there is none."""
        return shown.one(self._opened.tx, number, self._opened.now)

    def open(self, given: Opening, key: str | None) -> tuple[Row, bool]:
        """The ticket, and whether it is new."""
        done = self._acts.open(given, key)
        return done.ticket, done.new

    def reply(self, number: int, text: str, close: bool, files: Sequence[File] = ()) -> None:
        """Answer the requester by mail."""
        self._acts.reply(number, text, close=close, files=files)

    def file(self, number: int, file_id: int) -> Saved:
        """One of its files."""
        return saved(lambda: self._opened.tx, number, file_id)

    def close(self, number: int) -> None:
        """Close it."""
        self._acts.move(number, "closed")

    @property
    def _acts(self) -> Acts:
        return Acts(self._opened.site, by=who())
