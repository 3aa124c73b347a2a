"""Jobs of users there are: changed, switched off and on, renamed, moved; and whether that took effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from actors.directory_jobs.arguments import ATTRIBUTES, ModifyUser
from actors.directory_jobs.far import MARK, Far, mark
from actors.directory_jobs.new_users import quoted
from actors.job_kind import Job, JobOutcome
from domain.directory import dn, logon_hours
from domain.directory.user_account_control import Flag

if TYPE_CHECKING:
    from backends.directory.entry import Entry


def modify(far: Far, job: Job) -> JobOutcome:
    """All of it in one request, or none."""
    from backends.directory import write
    from backends.directory.filters import USERS

    wanted: ModifyUser = job.arguments
    found = far.target(job, USERS)
    changes = {
        each: write.put(getattr(wanted, name)) for name, each in ATTRIBUTES.items() if getattr(wanted, name)
    }
    changes |= {ATTRIBUTES[name]: write.put() for name in wanted.clear}
    write.modify(far.acts(), found.id, {**changes, MARK: write.put(mark(job))})
    return JobOutcome.done(f"changed {', '.join(changes)} of {found.dn}")


def set_password(far: Far, job: Job) -> JobOutcome:
    """Another password, and the mark with it, so that it is never set a second time over the user's own."""
    from backends.directory import write
    from backends.directory.filters import USERS

    password = far.context.secret(job.arguments.password)
    found = far.target(job, USERS)
    changes: dict[str, Any] = {"unicodePwd": write.put(quoted(password)), MARK: write.put(mark(job))}
    if job.arguments.must_change:
        changes["pwdLastSet"] = write.put(0)
    write.modify(far.acts(), found.id, changes)
    return JobOutcome.done(f"{found.dn} has another password")


def set_hours(far: Far, job: Job) -> JobOutcome:
    """When the user may sign in; always is no restriction at all."""
    from backends.directory import write
    from backends.directory.filters import USERS

    found = far.target(job, USERS)
    hours = logon_hours.parse(job.arguments.hours)
    value = logon_hours.stored(hours, ZoneInfo(job.arguments.zone), far.context.now)
    kept = write.put() if hours == logon_hours.ALWAYS else write.put(value)
    write.modify(far.acts(), found.id, {"logonHours": kept, MARK: write.put(mark(job))})
    return JobOutcome.done(f"{found.dn} may sign in: {job.arguments.hours} ({job.arguments.zone})")


def was_marked(far: Far, job: Job) -> JobOutcome:
    """Whether the user bears the mark that this job sets together with its change."""
    from backends.directory.filters import USERS

    found = far.target(job, USERS, MARK)
    if found.text(MARK) == mark(job):
        return JobOutcome.done(f"{found.dn} was changed")
    return JobOutcome.failed(f"{found.dn} was not changed by this job")


def enable(far: Far, job: Job) -> JobOutcome:
    """Let the user sign in again."""
    return _switch(far, job, on=True)


def disable(far: Far, job: Job) -> JobOutcome:
    """Let the user sign in no more; nothing of the account is lost."""
    return _switch(far, job, on=False)


def is_enabled(far: Far, job: Job) -> JobOutcome:
    """Whether the user may sign in."""
    return _stands(far, job, on=True)


def is_disabled(far: Far, job: Job) -> JobOutcome:
    """Whether the account is switched off."""
    return _stands(far, job, on=False)


def move(far: Far, job: Job) -> JobOutcome:
    """Into another unit, under its own name."""
    from backends.directory import write
    from backends.directory.filters import USERS

    found = far.target(job, USERS)
    far.check(job.arguments.unit, job)
    if dn.key(dn.parent(found.dn)) == dn.key(job.arguments.unit):
        return JobOutcome.done(f"{found.dn} lies there already")
    write.move(far.acts(), found.id, job.arguments.unit)
    return JobOutcome.done(f"{found.dn} lies in {job.arguments.unit} now")


def was_moved(far: Far, job: Job) -> JobOutcome:
    """Whether the user lies in the unit."""
    from backends.directory.filters import USERS

    found = far.target(job, USERS)
    there = dn.key(dn.parent(found.dn)) == dn.key(job.arguments.unit)
    return JobOutcome.done(f"it is {found.dn}") if there else JobOutcome.failed(f"it is still {found.dn}")


def rename(far: Far, job: Job) -> JobOutcome:
    """Account and sign-in name in one request, then the name in the directory: each only if it differs."""
    from backends.directory import write

    found, changes, name = _renaming(far, job)
    if changes:
        write.modify(far.acts(), found.id, {each: write.put(value) for each, value in changes.items()})
    if name:
        write.rename(far.acts(), found.id, dn.part("CN", name))
    return JobOutcome.done(f"renamed {found.dn}" if changes or name else f"{found.dn} is called so already")


def was_renamed(far: Far, job: Job) -> JobOutcome:
    """Whether all its names are as wanted."""
    found, changes, name = _renaming(far, job)
    if changes or name:
        return JobOutcome.failed(
            f"{found.dn}: still to do: {', '.join([*changes, *(['CN'] if name else [])])}"
        )
    return JobOutcome.done(f"it is {found.dn}")


def _renaming(far: Far, job: Job) -> tuple[Entry, dict[str, str], str]:
    """The user, the attributes that still differ, and the name in the directory if that differs."""
    from backends.directory.filters import USERS

    wanted = job.arguments
    if not wanted.id and wanted.account:
        found = _one_of(far, job, (job.object, wanted.account))
    else:
        found = far.target(job, USERS, "sAMAccountName", "userPrincipalName")
    given = {"sAMAccountName": wanted.account, "userPrincipalName": wanted.principal}
    changes = {name: value for name, value in given.items() if value and found.text(name) != value}
    return found, changes, wanted.name if wanted.name and dn.name(found.dn) != wanted.name else ""


def _one_of(far: Far, job: Job, words: tuple[str, ...]) -> Entry:
    """The user under its old name, or under the new one if it has that already."""
    from backends.directory.filters import USERS
    from backends.error import BackendError

    for word in words[:-1]:
        try:
            found = far.named(word, USERS, "sAMAccountName", "userPrincipalName")
            break
        except BackendError as error:
            if error.kind != "missing":
                raise
    else:
        found = far.named(words[-1], USERS, "sAMAccountName", "userPrincipalName")
    far.check(found.dn, job)
    return found


def _switch(far: Far, job: Job, *, on: bool) -> JobOutcome:
    from backends.directory import account
    from backends.directory.filters import USERS

    found = far.target(job, USERS)
    changed = account.enable(far.acts(), found.id, on)
    words = "may sign in" if on else "is switched off"
    return JobOutcome.done(f"{found.dn} {words}{'' if changed else ' already'}")


def _stands(far: Far, job: Job, *, on: bool) -> JobOutcome:
    from backends.directory.filters import USERS

    found = far.target(job, USERS, "userAccountControl")
    is_on = not found.number("userAccountControl") & Flag.DISABLED
    words = f"{found.dn} is switched {'on' if is_on else 'off'}"
    return JobOutcome.done(words) if is_on == on else JobOutcome.failed(words)
