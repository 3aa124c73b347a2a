"""What calls cost in this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened
from web.shown.lookup import look_up
from web.shown.lookup_question import asked

Row = dict[str, Any]


class Voice:
    """See `web.shown.lookup`; it raises what that raises."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def lookup(
        self, number: str, at: str, client: str, account: str, seconds: int, caller: str, tags: list[str]
    ) -> Row:
        """What a number costs."""
        question = asked(self._opened.now, number, at, client, account, seconds, caller, tags)
        return look_up(self._opened.tx, question)
