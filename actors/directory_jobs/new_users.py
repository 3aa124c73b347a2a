"""Jobs that make users, under the names that were asked for or free ones; and whether that took effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actors.directory_jobs.arguments import ATTRIBUTES, CreateUser
from actors.directory_jobs.far import MARK, Far, mark
from actors.job_kind import Job, JobOutcome
from domain.directory import dn, names
from domain.directory.user_account_control import Flag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backends.directory.entry import Entry

#: Free names that are tried before a job gives up.
NAMES = 20


def create(far: Far, job: Job) -> JobOutcome:
    """One request makes the account whole, with password and flags: there is never half of one."""
    from backends.directory import write
    from backends.error import BackendError

    secret = far.context.secret(job.arguments.password) if job.arguments.password else ""
    taken = ""
    for account, name in _names(far, job):
        attributes = {**_attributes(far, job, account, secret), MARK: mark(job)}
        place = dn.child(job.arguments.unit, "CN", name)
        try:
            made = write.create(far.acts(), place, ["user"], attributes)
        except BackendError as error:
            if error.kind != "conflict":
                raise
            # The try before may have been slower than our patience.
            if (ours := _ours(far, job)) is not None:
                return JobOutcome.done(_made(ours))
            taken = str(error)
            continue
        return JobOutcome.done(f"made {account}: {place}, GUID {made}")
    return JobOutcome.failed(taken or "no free name was found", final=True)


def was_created(far: Far, job: Job) -> JobOutcome:
    """Whether there is an account with the mark of this job."""
    ours = _ours(far, job)
    return JobOutcome.failed("the account is not there") if ours is None else JobOutcome.done(_made(ours))


def quoted(password: str) -> bytes:
    """As unicodePwd takes it (MS-ADTS 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le")


def _names(far: Far, job: Job) -> Iterator[tuple[str, str]]:
    """Account name and name in the directory, as asked for; then, if that is wanted, free ones."""
    from backends.directory import filters, read

    wanted: CreateUser = job.arguments
    name = _common_name(far, job)
    yield job.object, name
    if wanted.if_taken != "propose":
        return
    asked: set[str] = {job.object.lower()}

    def taken(account: str) -> bool:
        condition = filters.equals("sAMAccountName", account)
        return account in asked or any(read.search(far.session, far.domain, condition))

    for number in range(2, NAMES + 2):
        given, family = (wanted.given_name, wanted.family_name)
        account = names.proposed(given, family, taken) if given or family else f"{job.object[:18]}{number}"
        asked.add(account)
        yield account, f"{name[: names.LONGEST_NAME - 4]} {number}"


def _common_name(far: Far, job: Job) -> str:
    """What the object is called: as its unit's rule says."""
    wanted: CreateUser = job.arguments
    if _rule(far, wanted.unit) == "principal":
        return _principal(far, job, job.object).partition("@")[0][: names.LONGEST_NAME]
    whole = f"{wanted.given_name} {wanted.family_name}".strip()
    return names.object_name((wanted.display_name or whole or job.object)[: names.LONGEST_NAME])


def _rule(far: Far, place: str) -> str:
    from store import database
    from store.object import read

    units = read.live(database.read(), "directory_unit", directory_id=far.directory["id"])
    return next((row["cn_rule"] for row in units if dn.key(row["dn"]) == dn.key(place)), "keep")


def _principal(far: Far, job: Job, account: str) -> str:
    """The sign-in name: as given, for the first of the names; else the account's in the domain."""
    if job.arguments.principal and account == job.object:
        return str(job.arguments.principal)
    suffix = job.arguments.principal.partition("@")[2] or dn.domain_name(far.domain)
    return f"{account}@{suffix}"


def _attributes(far: Far, job: Job, account: str, secret: str) -> dict[str, Any]:
    wanted: CreateUser = job.arguments
    on = wanted.enabled and bool(secret)
    shown = wanted.display_name or f"{wanted.given_name} {wanted.family_name}".strip()
    found: dict[str, Any] = {
        "sAMAccountName": account,
        "userPrincipalName": _principal(far, job, account),
        "userAccountControl": int(Flag.NORMAL if on else Flag.NORMAL | Flag.DISABLED),
        "displayName": shown,
        **{
            ATTRIBUTES[each]: getattr(wanted, each) for each in ("given_name", "family_name", "mail", "phone")
        },
        "employeeID": wanted.employee_id,
    }
    if secret:
        found["unicodePwd"] = quoted(secret)
        if wanted.must_change:
            found["pwdLastSet"] = 0
    return found


def _ours(far: Far, job: Job) -> Entry | None:
    """The account that this job made, if it did."""
    from backends.directory import filters, read

    condition = filters.USERS & filters.equals(MARK, mark(job))
    found = read.search(far.session, job.arguments.unit, condition, ["sAMAccountName"], scope="children")
    return next(found, None)


def _made(ours: Entry) -> str:
    return f"made {ours.text('sAMAccountName')}: {ours.dn}, GUID {ours.id}"
