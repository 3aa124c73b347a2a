"""Cancelling a run: one that waits ends at once, one that runs is asked to stop."""

from __future__ import annotations

from dataclasses import dataclass

from coordinator.grants import RunMessage, grant_pass
from node.site import Site
from store import change, database
from store.run import cancelled, lookup
from store.tx import Tx
from web.acts.refusal import Refusal
from web.acts.sent import send


@dataclass(frozen=True)
class Cancelled:
    """What became of it: `ended` now, or asked to stop (`again`: it had been asked before)."""

    run_id: int
    service: str
    ended: bool
    again: bool = False


def cancel(site: Site, run_id: int, *, by: str, reason: str | None = None) -> Cancelled:
    """Cancel a run that has not ended, and grant what that sets free.

    Raises Refusal (unknown_run, ended, merged), DatabaseAway.
    """

    def work(tx: Tx) -> tuple[Cancelled, list[RunMessage]]:
        tx.grant_lock()
        now = site.clock.now()
        row = lookup.by_id(tx, [run_id]).get(run_id)
        if row is None:
            raise Refusal("unknown_run", f"there is no run {run_id}: `tickworks runs` lists them")
        met = cancelled.cancel(tx, [run_id], by=by, now=now)
        if not met.ended and not met.asked and row["state"] != "running":
            raise _too_late(row)
        done = Cancelled(run_id, row["service"], bool(met.ended), again=not met.ended and not met.asked)
        if not done.again:
            change.record(tx, actor=by, action="cancel", target=f"run {run_id}", now=now, reason=reason)
        return done, grant_pass(tx, site.rules, now).messages if met.ended else []

    done, messages = database.write(work)
    send(site, messages)
    return done


def _too_late(row: dict[str, object]) -> Refusal:
    if row["state"] == "merged":
        into = row["merged_into"]
        return Refusal("merged", f"run {row['id']} was merged into run {into}: cancel that one")
    return Refusal("ended", f"run {row['id']} has ended already: {row['state']}")
