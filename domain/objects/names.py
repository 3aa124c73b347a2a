"""Names: registrars, domains, and the zones that servers hold of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import (
    DomainName,
    Host,
    Name,
    Note,
    Optional,
    Organisation,
    Port,
    Secret,
    WebAddress,
    Words,
)


class Registrar(Declared):
    name: Name = Field(title="Name")
    protocol: Literal["epp", "rdap", "route53"] = Field("epp", title="Protocol")
    host: Host = Field("", title="Server", description="Of EPP.")
    port: Port = Field(0, title="Port", description="0 takes 700.")
    address: WebAddress = Field("", title="Address", description="Of RDAP and Route 53.")
    username: Words = Field("", title="User", description="Or the id of the access key.")
    password: Secret = Field("", title="Password", description="Or the access key itself.")
    ca_file: Words = Field(
        "", title="Certificates", description="A PEM file to trust instead of the machine's certificates."
    )
    settings: dict[str, Any] = Field(default_factory=dict, title="Settings", description="More, by protocol.")
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Registrar:
        if self.protocol == "epp" and not self.host:
            raise ValueError("EPP needs a server")
        if self.protocol != "epp" and not self.address:
            raise ValueError(f"{self.protocol} needs an address")
        return self


class Zone(Declared):
    name: DomainName = Field(title="Name", description="Such as example.org; also 2.0.192.in-addr.arpa.")
    organisation: Organisation = Field(None, title="Organisation", description="Whose it is.")
    host: Host = Field(title="Server", min_length=1, description="The name server that has it.")
    port: Port = Field(0, title="Port", description="0 takes 53.")
    key_name: Words = Field("", title="Key name", description="Of TSIG; empty: transfers are not signed.")
    key_algorithm: Literal["hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1", "hmac-md5"] = Field(
        "hmac-sha256", title="Key algorithm"
    )
    key_secret: Secret = Field("", title="Key", description="In base64.")
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _key_is_whole(self) -> Zone:
        if bool(self.key_name) != bool(self.key_secret):
            raise ValueError("a key has a name and a secret: give both or none")
        return self


class Domain(Declared):
    name: DomainName = Field(title="Name", description="Also in its own script, such as bücher.example.")
    organisation: Organisation = Field(None, title="Organisation", description="Whose it is.")
    registrar: Annotated[str | None, Optional, Ref("registrar")] = Field(None, title="Registrar")
    zone: Annotated[str | None, Optional, Ref("zone")] = Field(None, title="Zone")
    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9._=-]{0,100}$")] = Field(
        "", title="Token", description="Stands in a TXT record to prove whose the domain is."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


KINDS = (
    Kind(
        "registrar",
        "Registrar",
        "Registrars",
        "registrar",
        "hosting",
        Registrar,
        about="Where domains are registered.",
        connection="backends.registrar.connection:try_out",
    ),
    Kind(
        "zone",
        "Zone",
        "Zones",
        "zone",
        "hosting",
        Zone,
        about="DNS zones that are read.",
        connection="backends.dns.connection:try_out",
    ),
    Kind(
        "domain",
        "Domain",
        "Domains",
        "domain",
        "hosting",
        Domain,
        about="Domains of organisations, and where they are registered.",
        connection="backends.dns.connection:try_domain",
    ),
)
