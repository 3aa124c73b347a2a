"""Jobs of units and groups, and of members; and whether they took effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.directory_jobs.far import MARK, Far, mark
from actors.job_kind import Job, JobOutcome
from domain.directory import dn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backends.directory.entry import Entry
    from backends.directory.filters import Filter

#: groupType: security, and how far it reaches (MS-ADTS 2.2.12), as the signed number that a directory keeps.
_SCOPES = {"global": 0x2 - 0x80000000, "domain_local": 0x4 - 0x80000000, "universal": 0x8 - 0x80000000}


def create_unit(far: Far, job: Job) -> JobOutcome:
    """A new unit."""
    attributes = {"description": job.arguments.description, MARK: mark(job)}
    return _make(far, job, dn.child(job.arguments.unit, "OU", job.object), "organizationalUnit", attributes)


def unit_was_created(far: Far, job: Job) -> JobOutcome:
    """Whether there is a unit with the mark of this job."""
    from backends.directory.filters import UNITS

    return _was_made(far, job, UNITS)


def create_group(far: Far, job: Job) -> JobOutcome:
    """A new security group without members."""
    wanted = job.arguments
    attributes = {
        "sAMAccountName": job.object,
        "groupType": _SCOPES[wanted.scope],
        "mail": wanted.mail,
        MARK: mark(job),
    }
    return _make(far, job, dn.child(wanted.unit, "CN", wanted.name or job.object[:64]), "group", attributes)


def group_was_created(far: Far, job: Job) -> JobOutcome:
    """Whether there is a group with the mark of this job."""
    from backends.directory.filters import GROUPS

    return _was_made(far, job, GROUPS)


def set_members(far: Far, job: Job) -> JobOutcome:
    """Put in who is not in it, take out who is: who stands right already is left alone."""
    from backends.directory import write

    group, coming, leaving = _differing(far, job)
    if coming:
        write.add_members(far.acts(), group.id, coming)
    if leaving:
        write.remove_members(far.acts(), group.id, leaving)
    return JobOutcome.done(f"{group.dn}: {len(coming)} put in, {len(leaving)} taken out")


def members_are_set(far: Far, job: Job) -> JobOutcome:
    """Whether all are in or out of it as wanted."""
    group, coming, leaving = _differing(far, job)
    if coming or leaving:
        return JobOutcome.failed(f"{group.dn}: {len(coming)} to be put in, {len(leaving)} to be taken out")
    return JobOutcome.done(f"{group.dn} has the members that are wanted")


def _make(far: Far, job: Job, place: str, what: str, attributes: dict[str, str | int]) -> JobOutcome:
    from backends.directory import read, write
    from backends.error import BackendError

    try:
        made = write.create(far.acts(), place, [what], attributes)
    except BackendError as error:
        if error.kind != "conflict":
            raise
        try:
            there = read.get(far.session, place, [MARK])
        except BackendError:
            raise error from None
        if there.text(MARK) != mark(job):
            raise
        made = there.id
    return JobOutcome.done(f"made {place}, GUID {made}")


def _was_made(far: Far, job: Job, condition: Filter) -> JobOutcome:
    from backends.directory import filters, read

    ours = condition & filters.equals(MARK, mark(job))
    for found in read.search(far.session, job.arguments.unit, ours, scope="children"):
        return JobOutcome.done(f"made {found.dn}, GUID {found.id}")
    return JobOutcome.failed(f"{job.object} is not there")


def _differing(far: Far, job: Job) -> tuple[Entry, list[str], list[str]]:
    """The group, who is still to come, and who is still to leave, by distinguished name."""
    from backends.directory import read
    from backends.directory.filters import GROUPS

    group = far.target(job, GROUPS)
    coming, leaving = _places(far, job, job.arguments.add), _places(far, job, job.arguments.remove)
    have = {dn.key(each) for each in read.members(far.session, group.id)}
    return (
        group,
        [each for each in coming if dn.key(each) not in have],
        [each for each in leaving if dn.key(each) in have],
    )


def _places(far: Far, job: Job, words: Iterable[str]) -> list[str]:
    """Users and groups of the job's organisation, by what they are called."""
    from backends.directory.filters import GROUPS, USERS

    found = [far.named(word, USERS | GROUPS).dn for word in words]
    for each in found:
        far.check(each, job)
    return found
