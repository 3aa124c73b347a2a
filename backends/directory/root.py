"""What a domain controller says of itself: where things lie, who it is, and how far its changes are."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backends.directory.entry import Entry, entry
from backends.directory.session import Session
from backends.error import BackendError

_OF_ROOT = (
    "defaultNamingContext",
    "configurationNamingContext",
    "dnsHostName",
    "dsServiceName",
    "highestCommittedUSN",
    "currentTime",
)


@dataclass(frozen=True)
class Root:
    """Of the root DSE (MS-ADTS 3.1.1.3.2). `invocation` is a new one after a restore from a backup.

    `domain` and `configuration` are distinguished names, `service` that of the controller's own settings;
    `usn` counts its changes; `now` is its clock as generalised time.
    """

    domain: str
    configuration: str
    host: str
    service: str
    usn: int
    now: str
    invocation: UUID


def read_root(session: Session) -> Root:
    """Two small questions. Raises BackendError; ``invalid`` for what is no domain controller."""
    found = _base(session, "", *_OF_ROOT)
    service = found.text("dsServiceName")
    if not service or not found.text("defaultNamingContext"):
        raise BackendError("invalid", f"{session.server}: this is no Active Directory domain controller")
    settings = _base(session, service, "invocationId").all("invocationId")
    if not settings or len(settings[0]) != 16:
        raise BackendError(
            "denied", f"{session.server}: our user may not read the settings of the controller"
        )
    return Root(
        domain=found.text("defaultNamingContext"),
        configuration=found.text("configurationNamingContext"),
        host=found.text("dnsHostName"),
        service=service,
        usn=found.number("highestCommittedUSN"),
        now=found.text("currentTime"),
        invocation=UUID(bytes_le=settings[0]),
    )


def _base(session: Session, dn: str, *attributes: str) -> Entry:
    answer = session.search(dn, attributes=attributes, scope="BASE")
    for each in answer.found:
        if each["type"] == "searchResEntry":
            return entry(each)
    raise BackendError("missing", f"{session.server}: it says nothing of {dn or 'itself'}")
