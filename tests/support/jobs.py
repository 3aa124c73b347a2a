"""A work queue under test: a far side that remembers its acts, and runs that claim."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from actors import Context
from actors.job_kind import JobKind, JobOutcome
from actors.job_order import order
from domain.jobs.job import Job
from domain.jobs.lanes import KindLimits
from store import database
from store.job import claimed
from store.job.claimed import Claimer
from store.job.ended import JobEnd, end
from tests.support import rows

NOW = 1_800_000_000.0


@dataclass(frozen=True)
class Create:
    """Arguments of the demo kinds."""

    size: int = 1


@dataclass
class FarSide:
    """Carries out what it is told and remembers under which key; `says` may spoil an answer."""

    acts: list[str] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    looked_up: list[int] = field(default_factory=list)
    says: Callable[[Job], JobOutcome] | None = None
    sees: Callable[[Job], JobOutcome] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, context: Context, job: Job) -> JobOutcome:
        with self.lock:
            self.order.append(job.id)
        said = self.says(job) if self.says else JobOutcome.done()
        if said.kind != "failed":
            with self.lock:
                self.acts.append(job.own_key)
        return said

    def look_up(self, context: Context, job: Job) -> JobOutcome:
        self.looked_up.append(job.id)
        if self.sees:
            return self.sees(job)
        there = job.own_key in self.acts
        return JobOutcome.done("found") if there else JobOutcome.failed("not there")

    def kind(self, name: str = "create", **more: Any) -> JobKind:
        """A kind that acts on this far side."""
        values = {"title": name, "service": "demo", "backend": "demo", "arguments": Create, "parallel": 10}
        handlers = {"work": self.work, "look_up": self.look_up}
        return JobKind(name=name, **{**values, **handlers, **more})


def add(kind: JobKind, organisation: str = "acme", now: float = NOW, **more: Any) -> int:
    """Order a job; its id."""
    return database.write(
        lambda tx: order(tx, kind, organisation=organisation, by="anna", now=now, **more)
    ).id


def claimer(run_id: int = 1, fence: int | None = None) -> Claimer:
    """A run at work that may claim."""
    rows.run(run_id, "running", service="demo", fence=fence or run_id)
    return Claimer(run_id, fence or run_id, "n1")


def claim(who: Claimer, *kinds: JobKind, most: int = 100, now: float = NOW) -> list[int]:
    """Claim; the ids in order."""
    limits = {kind.name: KindLimits(kind.priority, kind.parallel) for kind in kinds}
    return [
        row["id"] for row in database.write(lambda tx: claimed.claim(tx, who, limits, most, now, settle={}))
    ]


def begin(who: Claimer, *job_ids: int, now: float = NOW) -> set[int]:
    """Their acts begin."""
    return database.write(lambda tx: claimed.begin(tx, who, job_ids, now))


def finish(who: Claimer, job_id: int, state: str = "done", **more: Any) -> bool:
    """A try ends; whether it was ours to end."""
    outcome = {"done": "done", "unknown": "unknown"}.get(state, "failed")
    ending = JobEnd(job_id, who.fence, outcome, state, NOW, unsure=state == "unknown", **more)
    return job_id in database.write(lambda tx: end(tx, [ending]))


def end_run(run_id: int, state: str = "lost") -> None:
    """The run is over, without a word on its jobs."""
    database.write(
        lambda tx: tx.run("UPDATE run SET state = ?, ended_at = ? WHERE id = ?", (state, NOW, run_id))
    )


def job(job_id: int) -> Mapping[str, Any]:
    """A job's row."""
    return database.read().dicts("SELECT * FROM job WHERE id = ?", (job_id,))[0]


def states() -> dict[int, str]:
    """id -> state of every job."""
    return dict(database.read().all("SELECT id, state FROM job ORDER BY id"))


def tries(job_id: int) -> list[str]:
    """How its tries ended, in order."""
    found = database.read().all("SELECT outcome FROM job_attempt WHERE job_id = ? ORDER BY n", (job_id,))
    return [row[0] for row in found]
