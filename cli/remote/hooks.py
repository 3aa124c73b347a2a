"""Event hooks of a system elsewhere."""

from __future__ import annotations

from typing import Any

from cli.remote.connection import Connection
from web.acts.refusal import Refusal

Row = dict[str, Any]


class Hooks:
    """As `cli.local.hooks.Hooks`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(self) -> list[Row]:
        """Every hook."""
        return self._at.rows(self._at.get("hooks"), "hooks")

    def calls(
        self, hook_id: int | None, state: str | None, text: str | None, limit: int, before: int | None
    ) -> Row:
        """``{calls, next}``, the newest first."""
        found = self._at.get(
            "hooks", "calls", hook=hook_id, state=state, text=text, limit=limit, before=before
        )
        return {"calls": self._at.rows(found, "calls"), "next": self._at.value(found, "next")}

    def retry(self, call_id: int) -> None:
        """Have a call tried with the next run."""
        self._at.post("hooks", "calls", call_id, "retry", body={})

    def pause(self, hook: str, reason: str | None) -> str:
        """Its name as it is written."""
        row = self._named(hook)
        self._at.post("hooks", row["id"], "pause", body={"reason": reason})
        return str(row["name"])

    def resume(self, hook: str) -> str:
        """Its name as it is written."""
        row = self._named(hook)
        self._at.post("hooks", row["id"], "resume", body={})
        return str(row["name"])

    def _named(self, hook: str) -> Row:
        for row in self.listing():
            if row["name"].lower() == hook.lower():
                return row
        raise Refusal("unknown_hook", f"there is no hook {hook}: `tickworks hooks list` shows them")
