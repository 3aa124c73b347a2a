"""Jobs that delete a user, a group or an empty unit: by GUID, so that nothing else of the name is met.

What is deleted was ordered by a person and can be taken back until its first try. Before it goes, what may
be copied of it is kept, and the page *Held* says where.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.directory_jobs.far import Far
from actors.job_kind import Job, JobOutcome
from domain.directory.attributes import copied
from domain.effects.destroy import Doomed

if TYPE_CHECKING:
    from backends.directory.entry import Entry


def delete(far: Far, job: Job) -> JobOutcome:
    """Keep what may be copied of the object, then delete it. One with objects below it stays."""
    from backends.directory import read, write
    from backends.error import BackendError

    target = UUID(job.arguments.id)
    try:
        found = read.get(far.session, target, ["*"])
    except BackendError as error:
        if error.kind != "missing":
            raise
        return JobOutcome.done("it is gone already")
    far.check(found.dn, job)
    undo = _keep(far, job, found)
    try:
        write.delete(far.acts(), target)
    except BackendError as error:
        if error.kind != "missing":
            raise
    _note(far, job, found, undo)
    return JobOutcome.done(f"deleted {found.dn}, GUID {found.id}; {undo}")


def is_gone(far: Far, job: Job) -> JobOutcome:
    """Whether there is no such object any more."""
    from backends.directory import read
    from backends.error import BackendError

    try:
        found = read.get(far.session, UUID(job.arguments.id))
    except BackendError as error:
        if error.kind != "missing":
            raise
        return JobOutcome.done("it is gone")
    return JobOutcome.failed(f"{found.dn} is still there")


def _keep(far: Far, job: Job, found: Entry) -> str:
    """A copy of what it was, once for each job; where that is, in words."""
    from store import database
    from store.directory import backup

    attrs: dict[str, Any] = {"dn": found.dn, **copied(found.values)}
    kind = job.kind.removeprefix("ad_").removesuffix("_delete")
    now = far.context.now.timestamp()
    row = backup.Row(kind, str(found.id), f"deleted by job {job.id}", json.dumps(attrs, sort_keys=True))
    database.write(lambda tx: backup.put(tx, far.directory["id"], [row], now))
    return f"its attributes are kept as backup object {kind} {found.id}"


def _note(far: Far, job: Job, found: Entry, undo: str) -> None:
    from store import database, destruction

    context, now = far.context, far.context.now.timestamp()
    each = Doomed(
        key=f"directory:{found.id}",
        what=f"{found.dn} of {far.directory['name']}",
        absent_since=now,
        absent_at=now,
        organisation=job.organisation,
        object=job.object,
    )
    step = context.current_step or ""
    service = context.service
    back = f"{undo}; the directory itself keeps what was deleted for the term of its recycle bin"
    database.write(
        lambda tx: destruction.ended(
            tx, service.family, service.name, step, context.run_id, each, now, undo=back
        )
    )
