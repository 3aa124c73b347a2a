"""What each kind of job for a directory takes. The object of the job is the user, group or unit itself.

A user or group is named by its account name, sign-in name or GUID; a unit by its name in the objects of kind
`directory_unit`, or by its distinguished name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from domain.directory import logon_hours, names
from domain.objects.marks import Sealed
from domain.objects.text import plain


def _hours(text: str) -> str:
    return logon_hours.words(logon_hours.parse(text))


def _principal(text: str) -> str:
    return names.principal_name(text) if text else ""


def _cn(text: str) -> str:
    return names.object_name(text) if text else ""


def _account(text: str) -> str:
    return names.account_name(text) if text else ""


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        raise ValueError("expected a zone such as Europe/Berlin") from None
    return text


Line = Annotated[str, BeforeValidator(plain), Field(max_length=256)]
Where = Annotated[
    Line, Field(title="Directory", description="Empty: the one in which the organisation has its units.")
]
Into = Annotated[Line, Field(title="Unit", description="Empty: the organisation's own, if it has one.")]
Id = Annotated[
    Line, Field(title="GUID", description="Found from the object when the job is ordered; leave it empty.")
]
Principal = Annotated[
    str,
    AfterValidator(_principal),
    Field(title="Sign-in name", description="Such as anna.smith@example.org."),
]
CommonName = Annotated[str, AfterValidator(_cn), Field(title="Name in the directory", max_length=256)]
Password = Annotated[str, Sealed(), Field(title="Password")]
#: Attributes that a job may set, by the name of its argument.
ATTRIBUTES = {
    "given_name": "givenName",
    "family_name": "sn",
    "display_name": "displayName",
    "mail": "mail",
    "phone": "telephoneNumber",
    "employee_id": "employeeID",
    "title": "title",
    "department": "department",
    "company": "company",
    "principal": "userPrincipalName",
}
Clearable = Literal[
    "given_name",
    "family_name",
    "display_name",
    "mail",
    "phone",
    "employee_id",
    "title",
    "department",
    "company",
]


@dataclass(frozen=True)
class CreateUser:
    """A new account. Without a password it is switched off until it gets one."""

    given_name: Annotated[Line, Field(title="First name")] = ""
    family_name: Annotated[Line, Field(title="Last name")] = ""
    password: Password = ""
    must_change: Annotated[bool, Field(title="To be changed at the first sign-in")] = True
    enabled: Annotated[bool, Field(title="May sign in")] = True
    principal: Principal = ""
    mail: Annotated[Line, Field(title="E-mail")] = ""
    phone: Annotated[Line, Field(title="Phone")] = ""
    employee_id: Annotated[Line, Field(title="Number")] = ""
    display_name: Annotated[Line, Field(title="Shown as")] = ""
    if_taken: Annotated[
        Literal["refuse", "propose"],
        Field(
            title="If the name is taken", description="propose: take the next free one, such as anna.smith2."
        ),
    ] = "refuse"
    directory: Where = ""
    unit: Into = ""


@dataclass(frozen=True)
class ModifyUser:
    """What is left empty stays as it is."""

    given_name: Annotated[Line, Field(title="First name")] = ""
    family_name: Annotated[Line, Field(title="Last name")] = ""
    display_name: Annotated[Line, Field(title="Shown as")] = ""
    principal: Principal = ""
    mail: Annotated[Line, Field(title="E-mail")] = ""
    phone: Annotated[Line, Field(title="Phone")] = ""
    employee_id: Annotated[Line, Field(title="Number")] = ""
    title: Annotated[Line, Field(title="Title")] = ""
    department: Annotated[Line, Field(title="Department")] = ""
    company: Annotated[Line, Field(title="Company")] = ""
    clear: Annotated[tuple[Clearable, ...], Field(title="Take away")] = ()
    directory: Where = ""
    id: Id = ""


@dataclass(frozen=True)
class Target:
    """The object alone says what is meant."""

    directory: Where = ""
    id: Id = ""


@dataclass(frozen=True)
class SetPassword:
    """Another password, as an administrator gives it."""

    password: Annotated[str, Sealed(), Field(title="Password", min_length=1)]
    must_change: Annotated[bool, Field(title="To be changed at the next sign-in")] = True
    directory: Where = ""
    id: Id = ""


@dataclass(frozen=True)
class MoveUser:
    """Into another unit of the same organisation."""

    unit: Annotated[Line, Field(title="Into unit", min_length=1)]
    directory: Where = ""
    id: Id = ""


@dataclass(frozen=True)
class RenameUser:
    """Another account name, sign-in name or name in the directory; what is left empty stays."""

    account: Annotated[str, AfterValidator(_account), Field(title="Account name", max_length=256)] = ""
    principal: Principal = ""
    name: CommonName = ""
    directory: Where = ""
    id: Id = ""


@dataclass(frozen=True)
class LogonHours:
    """When the user may sign in, by the clocks of a place as they are when the job is carried out."""

    hours: Annotated[
        str,
        AfterValidator(_hours),
        Field(title="Hours", description="always, never, or such as mon-fri 8-18; sat 9-13."),
    ]
    zone: Annotated[str, AfterValidator(_zone), Field(title="Zone", description="Such as Europe/Berlin.")] = (
        "UTC"
    )
    directory: Where = ""
    id: Id = ""


@dataclass(frozen=True)
class CreateUnit:
    """A new organisational unit; the object of the job is its name."""

    description: Annotated[Line, Field(title="Description")] = ""
    directory: Where = ""
    unit: Annotated[Into, Field(title="Within unit")] = ""


@dataclass(frozen=True)
class CreateGroup:
    """A new security group; the object of the job is its account name."""

    name: CommonName = ""
    scope: Annotated[Literal["global", "domain_local", "universal"], Field(title="Scope")] = "global"
    mail: Annotated[Line, Field(title="E-mail")] = ""
    directory: Where = ""
    unit: Into = ""


@dataclass(frozen=True)
class SetMembers:
    """Who comes into the group and who leaves it, by account name, sign-in name or GUID."""

    add: Annotated[
        tuple[Line, ...], Field(title="Put in", description="With commas between.", max_length=5000)
    ] = ()
    remove: Annotated[
        tuple[Line, ...], Field(title="Take out", description="With commas between.", max_length=5000)
    ] = ()
    directory: Where = ""
    id: Id = ""
