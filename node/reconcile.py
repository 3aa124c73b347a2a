"""Daemons are desired state: what should run here is compared with what runs, and ordered."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from node.child import Child
from node.fork import how_it_ended
from node.order import Order, send
from store import daemon, database, node, service
from store.tx import Tx

logger = logging.getLogger(__name__)

#: The states of an instance that has no process.
IDLE = ("stopped", "backing_off", "crash_loop")


class Reconciler:
    """The system worker's part for the daemons of its node."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._agent = child.incarnation.rsplit(".", 1)[0]
        self._now = child.site.clock.now
        self._asked: set[str] = set()  # incarnations we had stopped

    def reconcile(self) -> None:
        """One comparison; orders what is missing or too much. Raises DatabaseAway."""
        if self._child.orders < 0 or not daemon.any_known(database.read()):
            return
        for order in database.write(self._compare):
            send(self._child.orders, order)

    def ended(self, tx: Tx, incarnation: str, reason: str) -> None:
        """The agent has seen the end of a process; if it was a daemon's, say what follows."""
        # A daemon's process ends with 0 only when it was told to: by us, or with the whole node.
        asked = incarnation in self._asked or reason == how_it_ended(0)
        row = daemon.end(tx, incarnation, reason, self._now(), asked=asked)
        self._asked.discard(incarnation)
        if row is not None and not asked:
            logger.warning("daemon %s ended (%s)", row["service"], reason)

    def _compare(self, tx: Tx) -> list[Order]:
        tx.grant_lock()
        now, here = self._now(), self._child.node
        known = node.one(tx, here)
        up = known is not None and known["state"] == "up" and known["incarnation"] == self._agent
        desired = {row["name"]: row for row in service.daemons(tx) if up and self._wanted_here(row, now)}
        daemon.ensure(
            tx, [(name, here if row["instances"] == "each" else "") for name, row in desired.items()], now
        )
        for incarnation in daemon.abandoned(tx, now):
            daemon.end(tx, incarnation, "its node was lost", now, asked=False)
        orders = []
        rows = daemon.instances(tx)
        retiring = self._retire(tx, desired, rows)
        for row in rows:
            mine = row["node"] == here
            wanted = row["service"] in desired and row["for_node"] == self._place(desired[row["service"]])
            if mine and (not wanted or row["wanted"] > row["served"]):
                orders += self._stop(row)
            elif wanted and row["state"] in IDLE and row["service"] not in retiring:
                orders += self._start(tx, row, now)
        return orders

    def _place(self, row: Mapping[str, Any]) -> str:
        """Which instance of a daemon is this node's to start: its own, or the only one."""
        return self._child.node if row["instances"] == "each" else ""

    def _retire(
        self, tx: Tx, desired: Mapping[str, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
    ) -> set[str]:
        """Forget what an edit of `instances` made too much; the services of which such still runs.

        None of the other sort starts before those have ended: one in the cluster stays one.
        """
        running = set()
        for row in rows:
            known = desired.get(row["service"])
            if known is None or (row["for_node"] != "") == (known["instances"] == "each"):
                continue
            if not daemon.forget(tx, row["id"]):
                running.add(row["service"])
        return running

    def _wanted_here(self, row: Mapping[str, Any], now: float) -> bool:
        paused = row["paused_at"] is not None and (row["paused_until"] is None or row["paused_until"] > now)
        mine = set(self._child.site.settings.node.roles) & set(row["roles"].split())
        runnable = bool(mine) and row["name"] in self._child.site.services
        return not row["missing"] and not paused and runnable

    def _start(self, tx: Tx, row: Mapping[str, Any], now: float) -> list[Order]:
        claimed = daemon.claim(tx, row["id"], self._child.node, self._agent, now)
        if claimed is None:
            return []
        incarnation, fence = claimed
        data = {
            "incarnation": incarnation,
            "service": row["service"],
            "instance": row["id"],
            "fence": fence,
            "only": row["for_node"] == "",
        }
        return [Order("start", "daemon", row["service"], data)]

    def _stop(self, row: Mapping[str, Any]) -> list[Order]:
        if row["incarnation"] in self._asked:
            return []
        self._asked.add(row["incarnation"])
        patience = self._child.site.rules.grace
        return [Order("stop", data={"incarnation": row["incarnation"], "patience": patience})]
