"""Where files with calls come from: servers that have them, and folders in which they are collected."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import Name, Needed, NeededHost, Note, Port, Secret, Words, plain
from domain.time.problems import zone_problems


def _folder(given: object) -> str:
    text = plain(given) if isinstance(given, str) else ""
    if "\\" in text or ".." in text.split("/"):
        raise ValueError("expected a folder without .. and backslashes")
    return text.rstrip("/") or text


Folder = Annotated[str, BeforeValidator(_folder), Field(max_length=1000)]
Mask = Annotated[Words, Field(pattern=r"^[^/]*$")]


class DataSource(Declared):
    name: Name = Field(title="Name")
    protocol: Literal["sftp", "scp", "ftp", "ftps"] = Field("sftp", title="Protocol")
    host: NeededHost = Field(title="Server")
    port: Port = Field(0, title="Port", description="0 takes 22 or 21.")
    username: Words = Field("", title="User")
    password: Secret = Field("", title="Password")
    private_key: Secret = Field("", title="Private key", description="Of SFTP and SCP, as in its file.")
    host_key: Annotated[str, Field(pattern=r"^(SHA256:[A-Za-z0-9+/]{43}=?)?$")] = Field(
        "", title="Host key", description="Of SFTP and SCP: its fingerprint, as SHA256:…; another is refused."
    )
    ca_file: Words = Field(
        "", title="Certificates", description="Of FTPS: a PEM file to trust instead of the machine's."
    )
    folder: Folder = Field("", title="Folder there", description="Empty: where one is after signing in.")
    mask: Mask = Field("*", title="Mask", description="Of file names, such as cdr_*.csv.")
    finished_after: Annotated[int, Field(ge=0, le=86_400)] = Field(
        60, title="Finished after", description="Seconds in which a file did not change."
    )
    after: Literal["keep", "delete", "move"] = Field(
        "keep", title="Then", description="What becomes of a file there when it was fetched."
    )
    move_to: Folder = Field("", title="Moved to", description="The folder there for files that were fetched.")
    save_to: Folder = Field(
        "", title="Folder here", description="Where they are saved; empty: calls/NAME below the site's data."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _can_be_used(self) -> DataSource:
        if self.protocol in ("sftp", "scp"):
            if not self.host_key:
                raise ValueError(
                    f"{self.protocol} needs the fingerprint of the host key (ssh-keyscan, ssh-keygen -lf)"
                )
            if not self.password and not self.private_key:
                raise ValueError(f"{self.protocol} needs a password or a private key")
        elif self.private_key or self.host_key:
            raise ValueError(f"{self.protocol} has no keys: they are of SFTP and SCP")
        if (self.after == "move") != bool(self.move_to):
            raise ValueError("move needs a folder to move to, and the others have none")
        return self


class Collector(Declared):
    name: Name = Field(title="Name")
    gateway: Annotated[str, Needed, Ref("gateway")] = Field(
        title="Gateway", min_length=1, description="Whose calls they are."
    )
    folder: Folder = Field(
        title="Folder", min_length=1, description="On the node; below the site's data if it begins with no /."
    )
    mask: Mask = Field("*", title="Mask", description="Of file names, such as *.csv.")
    format: Literal["common", "freeswitch", "asterisk", "radius_detail"] = Field("common", title="Format")
    settings: dict[str, Any] = Field(default_factory=dict, title="Settings", description="More, by format.")
    zone: Annotated[str, BeforeValidator(plain), Field(max_length=120)] = Field(
        "", title="Time zone", description="Of stamps that name none; empty: the gateway's."
    )
    finished_after: Annotated[int, Field(ge=0, le=86_400)] = Field(
        60, title="Finished after", description="Seconds in which a file did not change."
    )
    archive: Folder = Field(
        "", title="Archive", description="Where files go that were read; empty: archive beside the folder."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _has_a_zone(self) -> Collector:
        if self.zone and (problems := zone_problems(self.zone)):
            raise ValueError(problems[0])
        return self


KINDS = (
    Kind(
        "data_source",
        "Data source",
        "Data sources",
        "data_source",
        "voice",
        DataSource,
        about="Servers from which files with calls are fetched.",
        connection="actors.fetching.source:try_connection",
    ),
    Kind(
        "collector",
        "Collector",
        "Collectors",
        "collector",
        "voice",
        Collector,
        about="Folders whose files with calls are read.",
    ),
)
