"""Nodes and run groups of a system elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cli.remote.connection import Connection

Row = dict[str, Any]


class Nodes:
    """As `cli.local.nodes.Nodes`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(self) -> list[Row]:
        """Every node."""
        return self._at.rows(self._at.get("nodes"), "nodes")

    def groups(self) -> list[Row]:
        """Every run group with its holder and those who wait."""
        return self._at.rows(self._at.get("groups"), "groups")

    def drain(self, name: str, timeout: float | None, reason: str | None) -> float:
        """Until when (epoch seconds) what runs may go on."""
        done = self._at.post("nodes", name, "drain", body={"timeout": timeout, "reason": reason})
        return datetime.fromisoformat(self._at.value(done, "until")).timestamp()

    def undrain(self, name: str, reason: str | None) -> bool:
        """False if it was not draining."""
        done = self._at.post("nodes", name, "undrain", body={"reason": reason})
        return bool(self._at.value(done, "changed"))

    def resize(self, name: str, processes: int, threads: int, reason: str | None) -> None:
        """Give it so many worker processes and threads."""
        body = {"processes": processes, "threads": threads, "reason": reason}
        self._at.post("nodes", name, "resize", body=body)
