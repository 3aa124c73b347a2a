"""Runs of a system elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.paged import paged
from cli.remote.connection import Connection
from cli.remote.services import Services
from domain.time.clock import rfc3339
from web.acts.refusal import Refusal

Row = dict[str, Any]

#: Among so many runs of a service one that was started is looked for.
LOOKED_AT = 50


class Runs:
    """As `cli.local.runs.Runs`. All raise Refusal."""

    #: Seconds between two looks at a run that goes on.
    pause = 0.5

    def __init__(self, connection: Connection, services: Services) -> None:
        self._at = connection
        self._services = services

    def listing(
        self, service: str | None, states: Sequence[str], node: str | None, since: float | None, limit: int
    ) -> list[Row]:
        """The newest first."""

        def page(cursor: int | None, count: int) -> Row:
            found = self._at.get(
                "runs",
                service=service or None,
                state=list(states),
                node=node,
                since=rfc3339(since),
                cursor=cursor,
                limit=count,
            )
            return {"runs": self._at.rows(found, "runs"), "next": self._at.value(found, "next")}

        return paged(page, "runs", limit)

    def one(self, run_id: int) -> Row | None:
        """All of one run; None: there is none."""
        return self._or_none("runs", run_id)

    def latest(self, service: str) -> int | None:
        """The newest run of a service that was started, else its newest; None: it has none."""
        rows = self.listing(service, (), None, None, LOOKED_AT)
        started = [row for row in rows if row["attempt"] > 0]
        if not started and len(rows) == LOOKED_AT:
            started = self.listing(service, ("running", "succeeded", "failed", "lost"), None, None, 1)
        found = started or rows
        return int(found[0]["id"]) if found else None

    def log(self, run_id: int, cursor: str | None, limit: int) -> Row | None:
        """A page of its log, see `web.shown.log_page`; None: there is no such run."""
        found = self._or_none("runs", run_id, "log", cursor=cursor, limit=limit)
        if found is not None:
            self._at.rows(found, "lines")
        return found

    def force(
        self,
        words: str,
        *,
        args: Mapping[str, str],
        node: str | None,
        step: str | None,
        reason: str | None,
        preempt: bool,
        even_if_disabled: bool,
    ) -> Row:
        """Ask for a run: ``{"runs", "merged"}``."""
        body = {
            "args": dict(args),
            "node": node,
            "step": step,
            "reason": reason,
            "preempt": preempt,
            "even_if_disabled": even_if_disabled,
        }
        forced = self._at.post("services", self._services.path(words), "runs", body=body)
        return {"runs": self._at.rows(forced, "runs"), "merged": bool(self._at.value(forced, "merged"))}

    def cancel(self, run_id: int, reason: str | None) -> Row:
        """``{"service", "ended", "again"}``."""
        done = self._at.post("runs", run_id, "cancel", body={"reason": reason})
        return {part: self._at.value(done, part) for part in ("service", "ended", "again")}

    def _or_none(self, *path: str | int, **query: Any) -> Row | None:
        try:
            return self._at.get(*path, **query)
        except Refusal as error:
            if error.code == "unknown_run":
                return None
            raise
