"""The tickets of a system elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cli.remote.connection import Connection
from domain.mail_in.files import File, safe_name
from web.acts.refusal import Refusal
from web.acts.ticket_opening import Opening
from web.shown.ticket_file import Saved

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

    def reply(self, number: int, text: str, close: bool, files: Sequence[File] = ()) -> None:
        """Answer the requester by mail."""
        sent = [{**vars(each), "content": b64encode(each.content).decode()} for each in files]
        body = {"text": text, "close": close} | ({"files": sent} if sent else {})
        self._at.post_anyway("tickets", number, "replies", body=body)

    def file(self, number: int, file_id: int) -> Saved:
        """One of its files."""
        found = self.one(number)
        files = [each for message in found["messages"] for each in message["files"]] if found else []
        names = [each["name"] for each in files if each["id"] == file_id]
        if not names:
            raise Refusal("unknown_file", f"ticket {number} has no file {file_id}")
        content = self._at.get_bytes("tickets", number, "files", file_id)
        # A name from elsewhere says nothing of where it is put.
        return Saved(safe_name(str(names[0]), 1), len(content), iter([content]))

    def close(self, number: int) -> None:
        """Close it."""
        self._at.patch("tickets", number, body={"state": "closed"})
