"""A job at its directory: the conversation, what it may reach, and what its errors mean for the job.

Before the first change nothing can have happened, so that a lost answer means that the job is tried again.
After it, a lost answer leaves the job unknown: it is looked up first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.context import Context
from actors.directory_jobs import prepare
from actors.job_kind import Handler, Job, JobOutcome
from domain.directory import dn

if TYPE_CHECKING:
    from backends.directory.entry import Entry
    from backends.directory.filters import Filter
    from backends.directory.session import Session
    from backends.error import BackendError

#: Where an object says which job touched it last (MS-ADA1 2.8): set together with the change itself.
MARK = "adminDescription"
#: Seconds that an answer may take.
TIMEOUT = 30.0
#: Errors of which another try may be better.
_PASSES = ("unreachable", "throttled", "auth")

Act = Callable[["Far", Job], JobOutcome]


@dataclass
class Far:
    """The directory as a job finds it. `bases`: below which it may change anything, None: everywhere."""

    context: Context
    session: Session
    directory: dict[str, Any]
    bases: list[str] | None
    _domain: list[str] = field(default_factory=list)
    changed: bool = False

    @property
    def domain(self) -> str:
        """The distinguished name of the domain. Raises BackendError."""
        from backends.directory.root import read_root

        if not self._domain:
            self._domain.append(read_root(self.session).domain)
        return self._domain[0]

    def acts(self) -> Session:
        """The conversation, for a change: from now on a lost answer tells nothing."""
        self.changed = True
        return self.session

    def target(self, job: Job, condition: Filter, *attributes: str) -> Entry:
        """What a job is about. Raises BackendError; ``denied``: it is not its organisation's."""
        from backends.directory.read import get

        if job.arguments.id:
            found = get(self.session, UUID(job.arguments.id), attributes)
        else:
            found = self.named(job.object, condition, *attributes)
        self.check(found.dn, job)
        return found

    def named(self, word: str, condition: Filter, *attributes: str) -> Entry:
        """The one of this account name, sign-in name or GUID. Raises BackendError (missing, conflict)."""
        from backends.directory.filters import equals
        from backends.directory.read import get, search
        from backends.error import BackendError
        from domain.directory import guid

        try:
            return get(self.session, guid.parse(word), attributes)
        except ValueError:
            pass
        by_name = equals("sAMAccountName", word) | equals("userPrincipalName", word)
        found = list(search(self.session, self.domain, condition & by_name, attributes))
        if len(found) == 1:
            return found[0]
        text = f"there are {len(found)} of the name {word}: give a GUID" if found else f"there is no {word}"
        raise BackendError("conflict" if found else "missing", f"{self.session.server}: {text}")

    def check(self, name: str, job: Job) -> None:
        """Raises BackendError (denied) for what lies outside the organisation's units."""
        from backends.error import BackendError

        if self.bases is not None and not any(dn.is_under(name, base) for base in self.bases):
            raise BackendError("denied", f"{name} lies in no unit of {job.organisation}")


def mark(job: Job) -> str:
    """What an object bears that this job made or changed."""
    return f"tickworks:{job.own_key}"


def acting(act: Act) -> Handler:
    """The handler that signs in, acts, and says what became of it."""
    return lambda context, job: _asked(context, job, act, said)


def looking(act: Act) -> Handler:
    """The handler that looks whether a job took effect: what is missing was not changed."""

    def told(error: BackendError, changed: bool) -> JobOutcome:
        return JobOutcome.failed(str(error)) if error.kind == "missing" else JobOutcome.unknown(str(error))

    return lambda context, job: _asked(context, job, act, told)


def _asked(
    context: Context, job: Job, act: Act, told: Callable[[BackendError, bool], JobOutcome]
) -> JobOutcome:
    from backends.directory.session import Session
    from backends.error import BackendError
    from config.secrets import SecretError

    directory, bases = _directory(job)
    if directory is None:
        text = f"there is no active directory {job.arguments.directory!r} any more: cancel it and add it anew"
        return told(BackendError("invalid", text), False)
    far: Far | None = None
    try:
        with Session(_server(context, directory)) as session:
            far = Far(context, session, directory, bases)
            return act(far, job)
    except BackendError as error:
        return told(error, far is not None and far.changed)
    except (SecretError, LookupError) as error:
        return told(BackendError("auth", str(error)), False)


def said(error: BackendError, changed: bool) -> JobOutcome:
    """What an error means for a job."""
    if error.kind == "unknown_outcome" or (error.kind == "unreachable" and changed):
        return JobOutcome.unknown(str(error))
    return JobOutcome.failed(str(error), final=error.kind not in _PASSES)


def _directory(job: Job) -> tuple[dict[str, Any] | None, list[str] | None]:
    from store import database
    from store.object import read

    tx = database.read()
    found = read.by_key(tx, "directory", job.arguments.directory)
    if found is None or not found["enabled"]:
        return None, None
    return found, prepare.allowed(tx, job.organisation, found)


def _server(context: Context, directory: dict[str, Any]) -> Any:
    from actors.directories.opened import server

    return server(context, directory, TIMEOUT)
