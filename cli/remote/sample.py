"""The sample of a system elsewhere."""

from __future__ import annotations

from typing import Any

from cli.remote.connection import Connection

Row = dict[str, Any]


class Sample:
    """As `cli.local.sample.Sample`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def load(self, name: str, reason: str | None) -> Row:
        """How many objects of each kind there are now, and what was switched on."""
        done = self._at.post("sample", body={"name": name, "reason": reason})
        return {part: self._at.value(done, part) for part in ("name", "objects", "profiles", "notes")}

    def clear(self, reason: str | None) -> Row:
        """How many objects of each kind went, and what stays."""
        done = self._at.post("sample", "clear", body={"reason": reason})
        return {"objects": self._at.value(done, "objects"), "kept": self._at.rows(done, "kept")}
