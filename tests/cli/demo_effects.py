"""A service that acts on the world outside, for tests of observe mode by command."""

from __future__ import annotations

from actors import Context, OnDemand, Outcome, Task, service
from actors.job_kind import Job, JobKind, JobOutcome
from actors.shapes.queue_drain import drain


def _send(context: Context) -> Outcome:
    sent = [name for name in ("acme", "beta") if context.act("outward", f"Write zone {name}", key=name)]
    return Outcome.done(", ".join(sent), sent=len(sent))


def _remove(context: Context) -> Outcome:
    return Outcome.done(f"destroys: {context.may_destroy('Remove zones')}")


def _work(context: Context, job: Job) -> JobOutcome:
    return JobOutcome.done("made it")


ZONE = JobKind(
    name="zone_create", title="Create a zone", service="zones", backend="dns", work=_work, repeatable=True
)


def _jobs(context: Context) -> Outcome:
    return drain(context, (ZONE,))


@service(
    title="Zones",
    family="dns",
    schedule=OnDemand(),
    tasks=(
        Task("Write zones", _send, effect="outward"),
        Task("Remove zones", _remove, effect="destroy"),
        Task("Orders", _jobs, effect="outward"),
    ),
)
def zones(context: Context) -> Outcome:
    """Writes zones to the servers."""
    return context.run_steps()
