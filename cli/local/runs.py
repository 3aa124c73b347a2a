"""Runs of this folder's system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.opened import Opened, who
from store import node as stored_node
from store.run import lookup
from web.acts import cancel as acts
from web.acts.force import force
from web.acts.named import find
from web.acts.refusal import Refusal
from web.shown import log_page
from web.shown import runs as shown

Row = dict[str, Any]


class Runs:
    """See `web.shown.runs`, `web.acts.force`, `web.acts.cancel`; they raise what those raise."""

    #: Seconds between two looks at a run that goes on.
    pause = 0.2

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._site = opened.site

    def listing(
        self, service: str | None, states: Sequence[str], node: str | None, since: float | None, limit: int
    ) -> list[Row]:
        """The newest first."""
        tx = self._opened.tx
        name = find(self._site, service).name if service else None
        if node is not None and stored_node.one(tx, node) is None:
            raise Refusal("unknown_node", f"there is no node {node!r}: `tickworks nodes` lists them")
        return shown.listing(self._site, tx, service=name, states=states, node=node, since=since, limit=limit)

    def one(self, run_id: int) -> Row | None:
        """All of one run; None: there is none."""
        return shown.one(self._site, self._opened.tx, run_id)

    def latest(self, service: str) -> int | None:
        """The newest run of a service that was started, else its newest; None: it has none."""
        return lookup.latest(self._opened.tx, service)

    def log(self, run_id: int, cursor: str | None, limit: int) -> Row | None:
        """A page of its log, see `web.shown.log_page`; None: there is no such run."""
        return log_page.page(self._site, self._opened.tx, run_id, cursor=cursor, limit=limit)

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
        forced = force(
            self._site,
            words,
            by=who(),
            args=args,
            node=node,
            step=step,
            reason=reason,
            preempt=preempt,
            even_if_disabled=even_if_disabled,
        )
        found = [self.one(run_id) for run_id in forced.run_ids]
        return {"runs": [row for row in found if row is not None], "merged": forced.merged}

    def cancel(self, run_id: int, reason: str | None) -> Row:
        """``{"service", "ended", "again"}``."""
        done = acts.cancel(self._site, run_id, by=who(), reason=reason)
        return {"service": done.service, "ended": done.ended, "again": done.again}
