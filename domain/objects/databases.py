"""Database servers whose logins belong to users of a directory."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import Name, Needed, NeededHost, Note, Organisation, Port, Secret, Words


class SqlServer(Declared):
    name: Name = Field(title="Name")
    organisation: Organisation = Field(None, title="Organisation", description="Whose it is; empty: yours.")
    directory: Annotated[str, Needed, Ref("directory")] = Field(
        title="Directory",
        min_length=1,
        description="A login of the same name as a user there is that user's.",
    )
    host: NeededHost = Field(title="Server", description="A PostgreSQL server.")
    port: Port = Field(5432, title="Port")
    database: Words = Field("postgres", title="Database", description="Any that may be signed in to.")
    username: Annotated[Words, Field(min_length=1)] = Field(
        title="User", description="It needs the right to create roles, and should be no superuser."
    )
    password: Secret = Field("", title="Password")
    encryption: Literal["verified", "required", "none"] = Field(
        "verified",
        title="Encryption",
        description="verified: its certificate must be for it; none: loopback.",
    )
    ca_file: Words = Field(
        "", title="Certificates", description="A PEM file to trust instead of the machine's certificates."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


KINDS = (
    Kind(
        "sql_server",
        "Database server",
        "Database servers",
        "sql_server",
        "hosting",
        SqlServer,
        about="PostgreSQL servers whose logins follow the users of a directory.",
        connection="backends.sql_roles:try_out",
    ),
)
