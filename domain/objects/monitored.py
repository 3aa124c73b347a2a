"""Servers, how they are read, and what is checked on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from domain.objects.check_settings import check_settings
from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import Host, Name, Needed, Note, Organisation, Port, Secret, Words

#: What a check looks at. Those of `ON_THE_SERVER` are read the way the server says.
CheckKind = Literal[
    "cpu",
    "memory",
    "disk",
    "network",
    "service",
    "iis_pool",
    "tcp",
    "tls",
    "http",
    "iis_site",
    "ftp",
    "dns",
    "smtp",
    "pop3",
    "imap",
]
ON_THE_SERVER = ("cpu", "memory", "disk", "network", "service", "iis_pool")


class Server(Declared):
    name: Name = Field(title="Name")
    organisation: Organisation = Field(None, title="Organisation", description="Whose it is; empty: yours.")
    kind: Literal[
        "general", "mail", "web", "dns", "database", "directory", "hypervisor", "storage", "voice"
    ] = Field("general", title="Kind", description="What it is there for.")
    server_group: Words = Field("", title="Group", description="Servers of one group stand together.")
    address: Host = Field("", title="Address", description="A host name or IP address.")
    read_by: Literal["nothing", "local", "snmp_v2c", "snmp_v3", "prometheus"] = Field(
        "nothing", title="Read by", description="How its figures are read; local is this very machine."
    )
    port: Port = Field(0, title="Port", description="Where it is read; 0 takes 161 or 9100.")
    community: Secret = Field("", title="Community", description="Of SNMP v2c.")
    username: Words = Field("", title="User", description="Of SNMP v3.")
    auth_protocol: Literal["none", "md5", "sha", "sha224", "sha256", "sha384", "sha512"] = Field(
        "sha256", title="Authentication", description="Of SNMP v3."
    )
    auth_password: Secret = Field("", title="Authentication password", description="Of SNMP v3.")
    privacy_protocol: Literal["none", "des", "aes128", "aes192", "aes256"] = Field(
        "aes128", title="Encryption", description="Of SNMP v3."
    )
    privacy_password: Secret = Field("", title="Encryption password", description="Of SNMP v3.")
    tls: bool = Field(False, title="TLS", description="Read Prometheus text over https.")
    path: Annotated[str, Field(pattern=r"^/[!-~]{0,500}$")] = Field(
        "/metrics", title="Path", description="Of the Prometheus text."
    )
    token: Secret = Field("", title="Token", description="Sent as a bearer token for the Prometheus text.")
    enabled: bool = Field(True, title="Active", description="Those that are not are left alone.")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _can_be_read(self) -> Server:
        if self.read_by not in ("nothing", "local") and not self.address:
            raise ValueError(f"read by {self.read_by} needs an address")
        if self.read_by == "snmp_v2c" and not self.community:
            raise ValueError("SNMP v2c needs a community")
        if self.read_by == "snmp_v3":
            if not self.username:
                raise ValueError("SNMP v3 needs a user")
            if self.auth_protocol != "none" and not self.auth_password:
                raise ValueError("SNMP v3 with authentication needs its password")
            if self.privacy_password and self.auth_protocol == "none":
                raise ValueError("SNMP v3 encrypts only with authentication")
        return self


class Check(Declared):
    server: Annotated[str, Needed, Ref("server")] = Field(title="Server", min_length=1)
    name: Name = Field(title="Name")
    kind: CheckKind = Field("tcp", title="Kind", description="What it looks at.")
    target: Words = Field(
        "", title="Target", description="A disk, service, page or name; or another host than the server's."
    )
    port: Port = Field(0, title="Port", description="0 takes the usual one of the kind.")
    interval: Annotated[int, Field(ge=10, le=86_400)] = Field(
        300, title="Every", description="Seconds between two looks."
    )
    timeout: Annotated[float, Field(gt=0, le=120)] = Field(10.0, title="Timeout", description="Seconds.")
    fail_after: Annotated[int, Field(ge=1, le=100)] = Field(
        3, title="Alert after", description="So many failures in a row."
    )
    recover_after: Annotated[int, Field(ge=1, le=100)] = Field(
        2, title="Over after", description="So many good looks in a row."
    )
    warning: Annotated[float | None, Field(ge=-1e15, le=1e15)] = Field(
        None,
        title="Warning at",
        description="From here on it is worth a look: percent, bytes/s, days, or seconds of an answer.",
    )
    critical: Annotated[float | None, Field(ge=-1e15, le=1e15)] = Field(
        None, title="Critical at", description="A value from which it has failed."
    )
    direction: Literal["above", "below"] = Field(
        "above", title="Bad is", description="Which side of these values is bad."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, title="Settings", description="More, by kind: such as wanted = Sign in."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _in_order(self) -> Check:
        if self.warning is not None and self.critical is not None:
            better = self.warning <= self.critical
            if (self.direction == "above") != better and self.warning != self.critical:
                raise ValueError("the warning comes after the critical value: exchange the two")
        if self.kind in ("disk", "service", "iis_pool") and not self.target:
            raise ValueError(f"a check of kind {self.kind} needs a target")
        if self.kind == "tcp" and not self.port:
            raise ValueError("a check of kind tcp needs a port")
        check_settings(self.kind, self.settings)
        return self


KINDS = (
    Kind(
        "server",
        "Server",
        "Servers",
        "server",
        "monitoring",
        Server,
        about="Machines, and how their figures are read.",
        connection="actors.watching.connection:try_server",
    ),
    Kind(
        "check",
        "Check",
        "Checks",
        "service_check",
        "monitoring",
        Check,
        scope="server",
        about="What is looked at on servers, and when it is bad.",
        connection="actors.watching.connection:try_check",
    ),
)
