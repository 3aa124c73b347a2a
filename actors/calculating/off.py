"""All jobs of rating again, one after the other, within one run."""

from __future__ import annotations

from actors.calculating.books import Books
from actors.calculating.rerating import Moved, Rerating
from actors.context import Context, StopRequested
from actors.outcome import Outcome
from store import database
from store.calls import rerating
from store.calls.rerating import Job


def work_jobs_off(context: Context, portion: int) -> Outcome:
    """Until none is left; ``partial`` if the run had to stop, or a job must wait for a batch."""

    def look(job: Job) -> None:
        days = job.last_day - job.first_day + 1
        context.progress(job.next_day - job.first_day, days)
        context.check_stop()

    worker = Rerating(Books(), portion, context.fence, context.node, lambda: context.now.timestamp(), look)
    counts: dict[str, int | float] = {"jobs": 0, "legs": 0, "changed": 0, "refused": 0}
    worker.release_days()
    before: Job | None = None
    try:
        while (job := rerating.next_one(database.read())) is not None:
            if not worker.begin(job):
                return Outcome("partial", counts, f"rerating {job.id} waits for a batch that is being rated")
            before = rerating.one(database.read(), job.id)
            try:
                assert before is not None
                ended = worker.work(before)
            except Moved:
                context.log.info("a rerating was cancelled", rerating=job.id)
                worker.release_days()
                continue
            _add(counts, before, ended)
            counts["jobs"] += 1
            context.log.info("rated again", rerating=ended.id, legs=ended.legs, changed=ended.changed)
    except StopRequested:
        if before is not None and (now := rerating.one(database.read(), before.id)) is not None:
            _add(counts, before, now)
        return Outcome("partial", counts, "the next run goes on")
    return Outcome("done", counts)


def _add(counts: dict[str, int | float], before: Job, after: Job) -> None:
    for name in ("legs", "changed", "refused"):
        counts[name] += getattr(after, name) - getattr(before, name)
