"""The shape *queue drain*: a service that carries out the jobs of its kinds, some at a time.

def run(context: Context) -> Outcome:
    return drain(context, (CREATE, DELETE), at_once=4)

Each turn is one transaction: it writes how the last jobs ended and claims the next. A second one
says that their acts begin; only then do handlers run. So what a killed process leaves behind is
known to be untouched, or is looked up before it is tried again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context, StopRequested
from actors.job_crew import Crew
from actors.job_kind import Handler, JobKind, built_arguments
from actors.job_order import Known, not_archived
from actors.outcome import Outcome
from domain.jobs.job import Job
from domain.jobs.lanes import KindLimits
from domain.jobs.tries import JobOutcome, Left, after_look_up, after_try

if TYPE_CHECKING:
    from store.job.ended import JobEnd

#: How often the queue is looked at again while all that was claimed is at work, in seconds.
LOOK_AGAIN = 0.5
#: The part of its time limit after which a run claims nothing new.
CLAIMING = 0.8


def drain(
    context: Context, kinds: Sequence[JobKind], *, at_once: int = 4, known: Known = not_archived
) -> Outcome:
    """Carry out the jobs of these kinds that may run now, at most `at_once` at a time.

    ``known(tx, organisation)`` says what is wrong with it by now, or None: such a job fails untried.
    ``partial`` when the run was to stop, or its time came, before the queue was empty.

    Raises DatabaseAway; jobs at work are then looked up by the next run.
    """
    return _Drain(context, {kind.name: kind for kind in kinds}, at_once, known).run()


@dataclass(frozen=True)
class _Task:
    """A claimed job in the hands of the crew, to be looked up or carried out."""

    job: Job
    looks_up: bool


@dataclass(frozen=True)
class _Said:
    """What a handler said. `cut`: the run was to stop, so nobody need wait before the next look."""

    outcome: JobOutcome
    cut: bool = False


@dataclass
class _Drain:
    context: Context
    kinds: dict[str, JobKind]
    at_once: int
    known: Known
    ends: list[JobEnd] = field(default_factory=list)
    to_begin: list[Job] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        from store.job.claimed import Claimer

        self.claimer = Claimer(self.context.run_id, self.context.fence, self.context.node)
        limits = {each.name: KindLimits(each.priority, each.parallel) for each in self.kinds.values()}
        self.limits = limits
        self.settle = {each.name: each.settle.total_seconds() for each in self.kinds.values()}
        self.until = self.context.now + self.context.service.time_limit * CLAIMING

    def run(self) -> Outcome:
        crew: Crew[_Task, _Said] = Crew(self.at_once)
        try:
            with crew:
                self._turns(crew)
        finally:
            # Whoever stopped us: what the crew has done meanwhile is true and must not be done again.
            self._take(crew, 0)
            self._turn(0)
        kinds = Counter({name: count for name, count in self.counts.items() if count})
        return Outcome("partial" if self._over() else "done", kinds)

    def _turns(self, crew: Crew[_Task, _Said]) -> None:
        while True:
            over = self._over()
            for job in self._turn(0 if over else self.at_once - crew.busy - len(self.to_begin)):
                self._start(crew, job)
            self._begin(crew)
            if not crew.busy and not self.ends:
                return
            self._take(crew, LOOK_AGAIN if crew.busy else 0)

    def _turn(self, room: int) -> list[Job]:
        """Write the ends and claim up to `room` jobs, in one transaction; the claimed ones."""
        from store import database
        from store.job import claimed, ended

        if not self.ends and room < 1:
            return []
        ends, self.ends = self.ends, []
        now = self._now()

        def work(tx: Any) -> tuple[set[int], list[dict[str, Any]]]:
            written = ended.end(tx, ends)
            return written, claimed.claim(tx, self.claimer, self.limits, room, now, self.settle)

        try:
            written, rows = database.write(work)
        except BaseException:
            self.ends = ends + self.ends
            raise
        for end in ends:
            if end.job_id in written:
                self.counts[_counted(end)] += 1
        self.context.progress(sum(self.counts.values()))
        return [job for row in rows if (job := self._job(row)) is not None]

    def _job(self, row: dict[str, Any]) -> Job | None:
        """The row as its handler wants it; one whose arguments do not fit any more fails at once."""
        kind = self.kinds[row["kind"]]
        values = {**row, "unsure": bool(row["unsure"])}
        raw = json.loads(values.pop("args"))
        try:
            return Job(**values, arguments=built_arguments(kind, raw))
        except ValueError as error:
            job = Job(**values, arguments=None)
            text = f"its arguments do not fit its kind any more: {error}; cancel it and add it anew"
            self._end(job, JobOutcome.failed(text, final=True), Left("failed"), unsure=job.unsure)
            return None

    def _start(self, crew: Crew[_Task, _Said], job: Job) -> None:
        kind = self.kinds[job.kind]
        if not job.unsure:
            self.to_begin.append(job)
        elif kind.look_up is None:
            self._looked_up(job, _Said(JobOutcome.failed("it may be repeated")))
        else:
            crew.put(_Task(job, looks_up=True), partial(self._ask, kind.look_up, job))

    def _begin(self, crew: Crew[_Task, _Said]) -> None:
        """Write that these acts begin, then begin them: those that are still ours."""
        from store import database
        from store.job import claimed

        jobs, self.to_begin = self.to_begin, []
        if not jobs:
            return
        now = self._now()

        def work(tx: Any) -> tuple[set[int], dict[str, str | None]]:
            wrong = {name: self.known(tx, name) for name in {job.organisation for job in jobs}}
            ids = [job.id for job in jobs if wrong[job.organisation] is None]
            return claimed.begin(tx, self.claimer, ids, now), wrong

        ours, wrong = database.write(work)
        for job in jobs:
            if problem := wrong[job.organisation]:
                said = JobOutcome.failed(f"organisation: {problem}", final=True)
                self._end(job, said, Left("failed"), unsure=job.unsure)
            elif job.id in ours:
                begun = replace(job, tries=job.tries + 1)
                act = self.kinds[job.kind].work
                crew.put(_Task(begun, looks_up=False), partial(self._ask, act, begun))

    def _ask(self, handler: Handler, job: Job) -> _Said:
        """What the handler says, in a thread of the crew. What it raises tells nothing of the far side."""
        try:
            outcome: Any = handler(self.context, job)
            if isinstance(outcome, JobOutcome):
                return _Said(outcome)
            return _Said(JobOutcome.unknown(f"its handler returned {outcome!r}; expected a JobOutcome"))
        except StopRequested as error:
            return _Said(JobOutcome.unknown(f"stopped: {error}"), cut=True)
        except BaseException as error:
            return _Said(JobOutcome.unknown(f"{type(error).__name__}: {error}"))

    def _take(self, crew: Crew[_Task, _Said], timeout: float) -> None:
        for task, said in crew.finished(timeout):
            if task.looks_up:
                self._looked_up(task.job, said)
            else:
                self._tried(task.job, said)

    def _tried(self, job: Job, said: _Said) -> None:
        kind, outcome = self.kinds[job.kind], said.outcome
        if outcome.kind == "unknown" and kind.repeatable:
            outcome = JobOutcome.failed(outcome.message)
        left = after_try(outcome, job.tries, kind.tries, kind.backoff)
        self._end(job, outcome, Left(left.state) if said.cut else left)

    def _looked_up(self, job: Job, said: _Said) -> None:
        from store.job.given_back import LOST_SIGHT

        kind, outcome = self.kinds[job.kind], said.outcome
        left = after_look_up(outcome, job.tries, job.look_ups, kind.tries, kind.backoff)
        if left is None:
            self.to_begin.append(replace(job, unsure=False))
        elif left.state == "failed" and outcome.kind == "unknown":
            self._end(job, JobOutcome.unknown(f"{LOST_SIGHT}; {outcome.message}"), left, unsure=True)
        elif left.state == "failed":
            text = f"it was looked up and is not there, and all {kind.tries} tries are used"
            self._end(job, JobOutcome.failed(f"{text}; {outcome.message}"), left)
        else:
            self._end(job, outcome, Left(left.state) if said.cut else left)

    def _end(self, job: Job, outcome: JobOutcome, left: Left, *, unsure: bool = False) -> None:
        from store.job.ended import JobEnd

        now = self._now()
        self.ends.append(
            JobEnd(
                job_id=job.id,
                fence=self.claimer.fence,
                outcome=outcome.kind,
                state=left.state,
                at=now,
                unsure=unsure or left.state == "unknown",
                again_at=now + left.wait if left.wait else None,
                message=outcome.message,
                sealed=self.kinds[job.kind].sealed is not None,
            )
        )
        if left.state != "done":
            tell = self.context.log.error if left.state == "failed" else self.context.log.warning
            tell(f"job {job.id} ({job.kind}): {outcome.kind}", object=job.object, text=outcome.message)

    def _over(self) -> bool:
        return self.context.stopping() or self.context.now >= self.until

    def _now(self) -> float:
        return self.context.now.timestamp()


def _counted(end: JobEnd) -> str:
    """The word under which the run counts it."""
    return {"queued": "again"}.get(end.state, end.state)
