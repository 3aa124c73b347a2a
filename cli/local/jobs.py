"""The work queue of this folder's system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cli.opened import Opened, who
from cli.paged import paged
from web.acts.jobs import Jobs as Acts
from web.shown import jobs as shown

Row = dict[str, Any]
Verb = Literal["control", "reactivate", "cancel", "release"]


class Jobs:
    """See `web.shown.jobs`, `web.acts.jobs`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._site = opened.site

    def listing(
        self,
        states: Sequence[str],
        kind: str | None,
        organisation: str | None,
        backend: str | None,
        limit: int,
    ) -> list[Row]:
        """In the order of the queue; ended ones the newest first."""
        search = shown.Search(kind=kind, organisation=organisation, backend=backend)
        tx = self._opened.tx

        def page(cursor: str | None, count: int) -> Row:
            return shown.page(self._site, tx, states=tuple(states), search=search, limit=count, cursor=cursor)

        return paged(page, "jobs", limit)

    def one(self, job_id: int) -> Row | None:
        """One job with its tries; None: there is none."""
        return shown.one(self._site, self._opened.tx, job_id)

    def kinds(self) -> list[Row]:
        """Every kind of job."""
        return shown.kinds(self._site, self._opened.tx)

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
        added = self._acts(reason).add(
            kind, organisation=organisation, args=args, object=object, key=key, priority=priority
        )
        return added.id, added.new

    def run(self, ids: Sequence[int], reason: str | None) -> tuple[list[int], list[str]]:
        """The runs that carry them out, and why some have none yet."""
        done = self._acts(reason).run(ids)
        return list(done.run_ids), list(done.later)

    def act(self, verb: Verb, ids: Sequence[int], reason: str | None) -> None:
        """Do it to all of them or to none."""
        getattr(self._acts(reason), verb)(ids)

    def hold(self, ids: Sequence[int], why: str, reason: str | None) -> None:
        """Hold all of them or none."""
        self._acts(reason).hold(ids, why)

    def retry_failed(self, kind: str | None, reason: str | None) -> list[int]:
        """The ids of those that will be tried again."""
        return self._acts(reason).retry_failed(kind)

    def set_limits(self, kind: str | None, values: Mapping[str, Any], reason: str | None) -> None:
        """Of a kind, or of the whole queue."""
        self._acts(reason).set_limits(kind, values)

    def _acts(self, reason: str | None) -> Acts:
        return Acts(self._site, by=who(), reason=reason)
