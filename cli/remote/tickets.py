"""The tickets of a system elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cli.remote.connection import Connection
from web.acts.refusal import Refusal
from web.acts.ticket_opening import Opening

Row = dict[str, Any]


class Tickets:
    """As `cli.local.tickets.Tickets`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def page(self, state: str, text: str, limit: int, before: int | None) -> Row:
        """``{tickets, next}``: the newest first."""
        found = self._at.get("tickets", state=state or None, text=text, limit=limit, before=before)
        return {"tickets": self._at.rows(found, "tickets"), "next": self._at.value(found, "next")}

    def one(self, number: int) -> Row | None:
        """One with its messages; None: there is none."""
        try:
            return self._at.get("tickets", number)
        except Refusal as error:
            if error.code == "unknown_ticket":
                return None
            raise

    def open(self, given: Opening, key: str | None) -> tuple[Row, bool]:
        """The ticket, and whether it is new."""
        status, row = self._at.post_once("tickets", body=asdict(given), key=key)
        return row, status == 201

    def reply(self, number: int, text: str, close: bool) -> None:
        """Answer the requester by mail."""
        self._at.post_anyway("tickets", number, "replies", body={"text": text, "close": close})

    def close(self, number: int) -> None:
        """Close it."""
        self._at.patch("tickets", number, body={"state": "closed"})
