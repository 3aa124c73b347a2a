"""The work queue of a system elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cli.paged import paged
from cli.remote.connection import Connection
from web.acts.refusal import Refusal

Row = dict[str, Any]
Verb = Literal["control", "reactivate", "cancel", "release"]


class Jobs:
    """As `cli.local.jobs.Jobs`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def listing(
        self,
        states: Sequence[str],
        kind: str | None,
        organisation: str | None,
        backend: str | None,
        limit: int,
    ) -> list[Row]:
        """In the order of the queue; ended ones the newest first."""

        def page(cursor: str | None, count: int) -> Row:
            found = self._at.get(
                "jobs",
                state=list(states),
                kind=kind,
                organisation=organisation,
                backend=backend,
                cursor=cursor,
                limit=count,
            )
            return {"jobs": self._at.rows(found, "jobs"), "next": self._at.value(found, "next")}

        return paged(page, "jobs", limit)

    def one(self, job_id: int) -> Row | None:
        """One job with its tries; None: there is none."""
        try:
            return self._at.get("jobs", job_id)
        except Refusal as error:
            if error.code == "unknown_job":
                return None
            raise

    def kinds(self) -> list[Row]:
        """Every kind of job."""
        return self._at.rows(self._at.get("job-kinds"), "kinds")

    def add(
        self,
        kind: str,
        *,
        organisation: str,
        object: str,
        args: Mapping[str, str],
        key: str | None,
        priority: int | None,
        reason: str | None,
    ) -> tuple[int, bool]:
        """Its id, and whether it is new."""
        body = {
            "kind": kind,
            "organisation": organisation,
            "object": object,
            "args": dict(args),
            "priority": priority,
            "reason": reason,
        }
        status, added = self._at.post_once("jobs", body=body, key=key)
        return int(self._at.value(added, "id")), status == 201

    def run(self, ids: Sequence[int], reason: str | None) -> tuple[list[int], list[str]]:
        """The runs that carry them out, and why some have none yet."""
        done = self._bulk("run", ids, reason)
        return list(self._at.value(done, "runs")), list(self._at.value(done, "later"))

    def act(self, verb: Verb, ids: Sequence[int], reason: str | None) -> None:
        """Do it to all of them or to none."""
        self._bulk(verb, ids, reason)

    def hold(self, ids: Sequence[int], why: str, reason: str | None) -> None:
        """Hold all of them or none."""
        self._bulk("hold", ids, reason, held_reason=why)

    def retry_failed(self, kind: str | None, reason: str | None) -> list[int]:
        """The ids of those that will be tried again."""
        done = self._at.post("jobs", "retry", body={"kind": kind, "reason": reason})
        return list(self._at.value(done, "jobs"))

    def set_limits(self, kind: str | None, values: Mapping[str, Any], reason: str | None) -> None:
        """Of a kind, or of the whole queue."""
        self._at.patch("job-limits", body={**values, "kind": kind, "reason": reason})

    def _bulk(self, do: str, ids: Sequence[int], reason: str | None, **more: Any) -> Row:
        return self._at.post("jobs", "bulk", body={"ids": list(ids), "do": do, "reason": reason, **more})
