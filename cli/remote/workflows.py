"""Workflows of a system elsewhere."""

from __future__ import annotations

from typing import Any

from cli.local.workflows import no_event
from cli.remote.connection import Connection
from domain.workflow.definition import Definition, plain
from web.acts.refusal import Refusal

Row = dict[str, Any]


class Workflows:
    """As `cli.local.workflows.Workflows`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(self) -> list[Row]:
        """Every workflow."""
        return self._at.rows(self._at.get("workflows"), "workflows")

    def one(self, workflow: str) -> Row:
        """All about one."""
        try:
            return self._at.get("workflows", self._id(workflow))
        except Refusal as error:
            raise _unknown(workflow) if error.code == "unknown_workflow" else error from None

    def put(self, name: str, made: Definition, reason: str | None) -> tuple[str, int | None]:
        """Add one, or write its next version: its name, and that version; None: it is new."""
        row = self._named(name)
        if row is None:
            self._at.ask("workflows", body={"name": name, **plain(made)}, reason=reason)
            return name, None
        body = {"name": row["name"], **plain(made)}
        done = self._at.ask("workflows", row["id"], body=body, version=row["version"], reason=reason)
        return row["name"], int(self._at.value(done, "version"))

    def runs(self, workflow: str | None, limit: int) -> Row:
        """``{runs, next}``, the newest first; None: of all."""
        number = self.one(workflow)["id"] if workflow else None
        found = self._at.get("workflows", "runs", workflow=number, limit=limit)
        return {"runs": self._at.rows(found, "runs"), "next": self._at.value(found, "next")}

    def dry_run(self, workflow: str, event: str | None) -> Row:
        """What it would do with an event, else with the newest. Raises also Refusal (bad_value)."""
        row = self.one(workflow)
        known = self._at.rows(self._at.get("workflows", row["id"], "events", limit=1), "events")
        key = event or (known[0]["key"] if known else "")
        if not key:
            raise no_event(key, row["definition"]["event"])
        try:
            return self._at.ask("workflows", row["id"], "dry-run", body={"event": key})
        except Refusal as error:
            if error.code in ("unknown_event", "bad_request", "bad_value"):
                raise no_event(key, row["definition"]["event"]) from None
            raise

    def switch(self, workflow: str, on: bool, reason: str | None) -> tuple[str, bool]:
        """Its name, and whether it was otherwise before."""
        row = self.one(workflow)
        self._at.ask("workflows", row["id"], "enable" if on else "disable", body={}, reason=reason)
        return row["name"], row["enabled"] is not on

    def archive(self, workflow: str, reason: str | None) -> str:
        """Its name."""
        row = self.one(workflow)
        self._at.delete("workflows", row["id"], reason=reason)
        return str(row["name"])

    def _named(self, name: str) -> Row | None:
        return next((row for row in self.listing() if row["name"].lower() == name.lower()), None)

    def _id(self, workflow: str) -> int:
        row = self._named(workflow)
        if row is not None:
            return int(row["id"])
        if workflow.isascii() and workflow.isdigit() and 0 < int(workflow) < 2**63:
            return int(workflow)
        raise _unknown(workflow)


def _unknown(workflow: str) -> Refusal:
    return Refusal(
        "unknown_workflow", f"there is no workflow {workflow}: `tickworks workflow list` shows them"
    )
