"""Kinds of jobs that tests of the command line order, hold and give up, and the service that drains them."""

from __future__ import annotations

from dataclasses import dataclass

from actors import Context, OnDemand, Outcome, service
from actors.job_kind import Job, JobKind, JobOutcome
from actors.shapes.queue_drain import drain


@dataclass(frozen=True)
class Mailbox:
    """The arguments of `mailbox_create`."""

    quota: int
    aliases: tuple[str, ...] = ()


def _work(context: Context, job: Job) -> JobOutcome:
    full = job.kind == "mailbox_create" and job.arguments.quota > 100
    return JobOutcome.failed("the store is full", final=True) if full else JobOutcome.done("made it")


def _look_up(context: Context, job: Job) -> JobOutcome:
    return JobOutcome.failed("it is not there")


CREATE = JobKind(
    name="mailbox_create",
    title="Create a mailbox",
    service="mail_jobs",
    backend="mail",
    arguments=Mailbox,
    parallel=2,
    work=_work,
    look_up=_look_up,
)
DELETE = JobKind(
    name="mailbox_delete",
    title="Delete a mailbox",
    service="mail_jobs",
    backend="mail",
    deletion=True,
    work=_work,
    look_up=_look_up,
)


@service(title="Mail jobs", schedule=OnDemand())
def mail_jobs(context: Context) -> Outcome:
    """Carries out the jobs of mailboxes."""
    return drain(context, (CREATE, DELETE))
