"""What people do to the work queue (contract §2, ``jobs``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actors import job_kinds
from actors.job_fields import given
from actors.job_kind import JobKind
from actors.job_order import BadOrder, order
from domain.jobs.states import FINAL, HELD_REASONS
from node.site import Site
from store import change, database
from store.job import by_hand, limits, listed
from store.job.added import Added, KeyUsed
from store.job.given_back import reopen
from store.job.lock import lock
from store.tx import Tx
from web.acts.force import force, plain_value
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Forced:
    """Jobs that were told to run: the runs that will carry them out, and why some have none yet."""

    run_ids: tuple[int, ...]
    later: tuple[str, ...]


class Jobs:
    """The acts of one person; each is one transaction and meets all its jobs or none.

    They raise Refusal (unknown_kind, unknown_job, bad_argument, bad_value, key_used, running, ended,
    held, not_held, no_deletion, tried, failed, no_key) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason
        self._secrets = Secrets(site, by=by, reason=reason)
        self.kinds = job_kinds.load(site.profiles, site.settings.catalogue.modules)

    def add(self, kind: str, *, organisation: str, args: Mapping[str, Any], **more: Any) -> Added:
        """Order a job; ``object``, ``key`` and ``priority`` may be given. See `actors.job_order`."""
        declared = self._kind(kind)
        values = {
            name: value if name == declared.sealed else plain_value(value)
            for name, value in given(declared, args).items()
        }

        def work(tx: Tx) -> Added:
            now = self._site.clock.now()
            more["seal"] = self._secrets.seal
            added = order(tx, declared, organisation=organisation, args=values, by=self._by, now=now, **more)
            if added.new:
                self._record(tx, "job add", f"job {added.id}", after=declared.name)
            return added

        try:
            return self._secrets.write(work)
        except BadOrder as error:
            raise Refusal("bad_argument", str(error)) from None
        except KeyUsed as error:
            raise Refusal("key_used", str(error)) from None

    def run(self, job_ids: Sequence[int]) -> Forced:
        """Carry these out as soon as their lanes allow, and start their services for it."""
        rows = self._act("run", job_ids, by_hand.run_now)
        runs: list[int] = []
        later: list[str] = []
        for kind in sorted({row["kind"] for row in rows.values()}):
            declared = self.kinds.get(kind)
            if declared is None:
                later.append(f"nothing here carries out jobs of kind {kind}: switch its profile on")
                continue
            try:
                runs += force(self._site, declared.service, by=self._by, reason=self._reason).run_ids
            except Refusal as error:
                later.append(str(error))
        return Forced(tuple(dict.fromkeys(runs)), tuple(later))

    def control(self, job_ids: Sequence[int]) -> None:
        """These were done by hand."""
        self._act("control", job_ids, self._leaving(by_hand.control))

    def cancel(self, job_ids: Sequence[int]) -> None:
        """These are not wanted any more."""
        self._act("cancel", job_ids, self._leaving(by_hand.cancel))

    def reactivate(self, job_ids: Sequence[int]) -> None:
        """Take back these deletions, of which no try was made."""
        self._act("reactivate", job_ids, self._leaving(by_hand.reactivate))

    def hold(self, job_ids: Sequence[int], held_reason: str) -> None:
        """Hold these back until they are released."""
        if held_reason not in HELD_REASONS:
            raise Refusal(
                "bad_value", f"there is no reason {held_reason!r}: choose from {', '.join(HELD_REASONS)}"
            )
        self._act("hold", job_ids, lambda tx, ids: by_hand.hold(tx, ids, held_reason))

    def release(self, job_ids: Sequence[int]) -> None:
        """Let these go on."""
        self._act("release", job_ids, by_hand.release)

    def retry_failed(self, kind: str | None = None) -> list[int]:
        """Try all again that failed (of a kind); their ids."""
        name = None if kind is None else self._kind(kind).name

        def work(tx: Tx) -> list[int]:
            lock(tx)
            met = by_hand.retry_failed(tx, name)
            if met:
                self._record(tx, "job retry", f"jobs of {name or 'every kind'}", after=met)
            return met

        return database.write(work)

    def set_limits(self, kind: str | None, values: Mapping[str, Any]) -> None:
        """Set priority, parallel, automatic of a kind; at_once, automatic of the queue. None: as coded."""
        name = None if kind is None else self._kind(kind).name

        def work(tx: Tx) -> None:
            before = limits.change(tx, values, self._site.clock.now(), name)
            target = "job queue" if name is None else f"job kind {name}"
            self._record(tx, "job limits", target, before=before, after=dict(values))

        database.write(work)

    def _act(
        self, verb: str, job_ids: Sequence[int], act: Callable[[Tx, Sequence[int]], list[int]]
    ) -> dict[int, dict[str, Any]]:
        """Do it to all or to none; their rows as they were."""

        def work(tx: Tx) -> dict[int, dict[str, Any]]:
            lock(tx)
            now = self._site.clock.now()
            reopen(tx, now)
            rows = listed.rows(tx, job_ids)
            for each in job_ids:
                if each not in rows:
                    raise Refusal("unknown_job", f"there is no job {each}: `tickworks jobs list` lists them")
            met = set(act(tx, job_ids))
            for each in job_ids:
                if each not in met:
                    raise refused(rows[each], verb)
                self._record(tx, f"job {verb}", f"job {each}", before=rows[each]["state"])
            return rows

        return database.write(work)

    def _leaving(self, act: Callable[..., list[int]]) -> Callable[[Tx, Sequence[int]], list[int]]:
        now = self._site.clock.now()
        return lambda tx, ids: act(tx, ids, by=self._by, reason=self._reason, now=now)

    def _kind(self, name: str) -> JobKind:
        try:
            return job_kinds.find(self.kinds, name)
        except job_kinds.UnknownKind as error:
            raise Refusal("unknown_kind", str(error)) from None

    def _record(self, tx: Tx, action: str, target: str, **states: Any) -> None:
        now = self._site.clock.now()
        change.record(
            tx, actor=self._by, action=action, target=target, now=now, reason=self._reason, **states
        )


def refused(row: Row, verb: str) -> Refusal:
    """Why this job could not be met by `verb`."""
    job, state = f"job {row['id']}", row["state"]
    if state in FINAL:
        return Refusal("ended", f"{job} has ended already: {state}")
    if state == "running":
        where = f"run {row['run_id']} on {row['node']}"
        return Refusal(
            "running", f"{job} is at work in {where}, which cannot be called back: wait for its end"
        )
    if verb == "reactivate" and not row["deletion"]:
        return Refusal("no_deletion", f"{job} is no deletion, so nothing can be taken back: `jobs cancel` it")
    if verb == "reactivate":
        return Refusal("tried", f"{job} was tried already: what it deletes may be gone, so look first")
    if verb == "release":
        return Refusal("not_held", f"{job} is not held: it is {state}")
    if state == "held":
        return Refusal(
            "held", f"{job} is held ({row['held_reason']}): `jobs release {row['id']}` lets it go on"
        )
    return Refusal(state, f"{job} is {state}, so {verb} does nothing to it")
