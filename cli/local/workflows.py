"""Workflows of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened, who
from domain.workflow.definition import Definition, from_json
from store.workflow import kept
from web.acts.refusal import Refusal
from web.acts.workflows import Workflows as Acts
from web.acts.workflows import found
from web.shown import workflows as shown

Row = dict[str, Any]


class Workflows:
    """See `web.shown.workflows`, `web.acts.workflows`; a workflow is given by name or number."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def listing(self) -> list[Row]:
        """Every workflow."""
        return shown.listing(self._opened.tx)

    def one(self, workflow: str) -> Row:
        """All about one."""
        row = shown.one(self._opened.tx, self._found(workflow)["id"])
        assert row is not None
        return row

    def put(self, name: str, made: Definition, reason: str | None) -> tuple[str, int | None]:
        """Add one, or write its next version: its name, and that version; None: it is new."""
        acts, row = self._acts(reason), kept.named(self._opened.tx, name)
        if row is None:
            acts.add(name, made)
            return name, None
        return row["name"], acts.change(row["id"], row["version"], row["name"], made)

    def runs(self, workflow: str | None, limit: int) -> Row:
        """``{runs, next}``, the newest first; None: of all."""
        number = self._found(workflow)["id"] if workflow else None
        return shown.runs(self._opened.tx, number, limit)

    def dry_run(self, workflow: str, event: str | None) -> Row:
        """What it would do with an event, else with the newest. Raises also Refusal (bad_value)."""
        row = self._found(workflow)
        made = from_json(row["definition"])
        known = shown.events(self._opened.tx, made, 1)
        key = event or (known[0]["key"] if known else "")
        would = shown.dry_run(self._opened.tx, made, key, row["id"]) if key else None
        if would is None:
            raise no_event(key, made.event)
        return would

    def switch(self, workflow: str, on: bool, reason: str | None) -> tuple[str, bool]:
        """Its name, and whether it was otherwise before."""
        row, acts = self._found(workflow), self._acts(reason)
        return row["name"], (acts.enable if on else acts.disable)(row["id"])

    def archive(self, workflow: str, reason: str | None) -> str:
        """Its name."""
        row = self._found(workflow)
        self._acts(reason).archive(row["id"])
        return str(row["name"])

    def _found(self, workflow: str) -> Row:
        return found(self._opened.tx, workflow)

    def _acts(self, reason: str | None) -> Acts:
        return Acts(self._opened.site, by=who(), reason=reason)


def no_event(key: str, name: str) -> Refusal:
    """There is nothing to try a workflow on: the event of this key, or one of this name."""
    said = f"there is no event {key}" if key else f"nothing named {name} is among the newest events"
    return Refusal("bad_value", f"{said}: `tickworks events list` shows what happened")
