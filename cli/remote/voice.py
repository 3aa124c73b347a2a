"""What calls cost in a system elsewhere."""

from __future__ import annotations

from typing import Any

from cli.remote.connection import Connection

Row = dict[str, Any]


class Voice:
    """As `cli.local.voice.Voice`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def lookup(
        self, number: str, at: str, client: str, account: str, seconds: int, caller: str, tags: list[str]
    ) -> Row:
        """What a number costs."""
        words = {"number": number, "at": at, "client": client, "account": account, "caller": caller}
        return self._at.get("voice", "lookup", **words, seconds=seconds, tag=",".join(tags))
