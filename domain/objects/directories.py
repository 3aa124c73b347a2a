"""Directories: domain controllers that are read, whose the units in them are, and groups with a purpose."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from domain.directory import dn
from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import (
    Name,
    Needed,
    NeededHost,
    Note,
    Optional,
    Organisation,
    Port,
    Secret,
    Words,
    plain,
)

LONGEST_DN = 1000


def distinguished(text: str) -> str:
    """A distinguished name as given, trimmed; "" stays. Raises ValueError."""
    trimmed = plain(text)
    dn.parse(trimmed)
    return trimmed


DistinguishedName = Annotated[str, AfterValidator(distinguished), Field(max_length=LONGEST_DN)]
InDirectory = Annotated[str, Needed, Ref("directory")]


class Directory(Declared):
    name: Name = Field(title="Name")
    organisation: Organisation = Field(
        None,
        title="Organisation",
        description="Whose it is; empty: shared, then its units say whose users are.",
    )
    host: NeededHost = Field(
        title="Server", description="A domain controller; its certificate must be for it."
    )
    port: Port = Field(636, title="Port", description="Of LDAP over TLS.")
    username: Annotated[Words, Field(min_length=1)] = Field(
        title="User", description="Such as reader@example.org; it needs the right to replicate changes."
    )
    password: Secret = Field("", title="Password")
    ca_file: Words = Field(
        "", title="Certificates", description="A PEM file to trust instead of the machine's certificates."
    )
    base: DistinguishedName = Field(
        "", title="Base", description="Only what lies below it, such as OU=Customers,DC=example,DC=org."
    )
    full_every: Annotated[int, Field(ge=1, le=90)] = Field(
        7, title="Whole every", description="Days between two reads of everything; between them, changes."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


class Unit(Declared):
    # Groups refer to units by this name alone, so that it is one of all directories.
    name: Name = Field(title="Name", description="Yours, not that in the directory.")
    directory: InDirectory = Field(title="Directory", min_length=1)
    dn: Annotated[DistinguishedName, Field(min_length=1)] = Field(
        title="Distinguished name", description="Such as OU=Acme,DC=example,DC=org."
    )
    organisation: Organisation = Field(None, title="Organisation", description="Whose users lie in it.")
    cn_rule: Literal["keep", "principal"] = Field(
        "keep",
        title="Object names",
        description="keep: as they are; principal: that of the sign-in name, also after it changed.",
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


class Group(Declared):
    directory: InDirectory = Field(title="Directory", min_length=1)
    name: Name = Field(title="Name", description="Yours, not that in the directory.")
    dn: Annotated[DistinguishedName, Field(min_length=1)] = Field(
        title="Distinguished name", description="Such as CN=All of Acme,OU=Acme,DC=example,DC=org."
    )
    use: Literal["auto_add", "service"] = Field(
        "auto_add",
        title="Use",
        description="auto_add: all users of the unit are put into it; service: its members have a service.",
    )
    unit: Annotated[str | None, Optional, Ref("directory_unit")] = Field(
        None, title="Unit", description="Whose users are put into it."
    )
    service: Words = Field("", title="Service", description="What its members have, such as RDS.")
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _is_of_use(self) -> Group:
        if self.use == "auto_add" and not self.unit:
            raise ValueError("a group that users are put into needs a unit")
        if self.use == "service" and not self.service:
            raise ValueError("a group of a service needs the service, such as RDS")
        return self


KINDS = (
    Kind(
        "directory",
        "Directory",
        "Directories",
        "directory",
        "hosting",
        Directory,
        about="Active Directory domains that are read.",
        connection="backends.directory.connection:try_out",
    ),
    Kind(
        "directory_unit",
        "Directory unit",
        "Directory units",
        "directory_unit",
        "hosting",
        Unit,
        about="Which organisation's users lie in which unit of a directory.",
    ),
    Kind(
        "directory_group",
        "Directory group",
        "Directory groups",
        "directory_group",
        "hosting",
        Group,
        scope="directory",
        about="Groups that users are put into, and groups whose members have a service.",
    ),
)
