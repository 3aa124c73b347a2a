"""Every setting: its default, what it may be and what it means (contract §3).

The models are frozen and known before anything else runs. An empty file gives all defaults.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from config.backup import Backup
from config.kinds import Choice, Folder, Listed, Seconds, Text, Whole
from config.mail import Mail
from config.oidc import Oidc
from config.section import DAY_SECONDS, NAME, Names, Section
from config.service import ServiceDefaults
from config.urls import EMBEDDED_BROKER, SQLITE, BrokerUrl, DatabaseUrl
from config.vault import Secrets
from config.web import Web
from config.zone import ZoneName, machine_zone

ROLES = ("master", "redundancy", "reporting", "processing", "calculation")
PROFILES = ("core", "hosting", "helpdesk", "monitoring", "billing", "voice", "retired")
NODE_NAME = Text(
    "1 to 64 letters, digits, _, . and -, beginning with a letter or digit",
    r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}",
)


def own_node_name() -> str:
    """The host's name, with ``-`` for what a node name may not hold."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", os.uname().nodename).strip("-._")
    return name[:64] or "node"


class Database(Section):
    url: Annotated[str, DatabaseUrl()] = Field(
        f"{SQLITE}var/tickworks.db",
        description="SQLite (one machine) or PostgreSQL; may be a reference such as `file:/run/secrets/db`",
        repr=False,
    )

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database; None for PostgreSQL."""
        return Path(self.url.removeprefix(SQLITE)) if self.url.startswith(SQLITE) else None

    def under(self, root: Path) -> Database:
        """The same database, with the file of a relative SQLite URL under `root`."""
        return self if self.path is None else self.model_copy(update={"url": f"{SQLITE}{root / self.path}"})


class Broker(Section):
    url: Annotated[str, BrokerUrl()] = Field(
        EMBEDDED_BROKER,
        description="`database` keeps messages in the database; else RabbitMQ; may be a reference",
        repr=False,
    )

    @property
    def embedded(self) -> bool:
        """True when messages go through the database and there is no RabbitMQ."""
        return self.url == EMBEDDED_BROKER


class Node(Section):
    name: Annotated[str, NODE_NAME] = Field(
        default_factory=own_node_name,
        description="unique in the cluster",
        json_schema_extra={"default": "the host's name"},
    )
    roles: Annotated[Names, Listed("role names", NAME, 1)] = Field(
        ROLES, description="what this node may run: the five roles or names of your own"
    )
    processes: Annotated[int, Whole(1, 64)] = Field(2, description="worker processes")
    threads: Annotated[int, Whole(1, 256)] = Field(8, description="runs at once in each process")
    drain_timeout: Annotated[float, Seconds(0, DAY_SECONDS)] = Field(
        60.0, description="how long a node that is stopped waits for its runs"
    )


class Site(Section):
    name: Annotated[str, Text("a text of 1 to 200 characters on one line", r"[^\x00-\x1f\x7f]{1,200}")] = (
        Field("Tickworks", description="shown on the page and in mail")
    )
    admin: Annotated[Names, Listed("mail addresses", Text("a mail address", r"[^\s@,;<>]+@[^\s@,;<>]+"))] = (
        Field((), description="who hears of failures, missed runs and daemons that are down")
    )
    profiles: Annotated[Names, Listed("profiles", Choice(PROFILES))] = Field(
        ("monitoring",), description="parts of the catalogue that are on; `core` always is"
    )
    zone: Annotated[str, ZoneName()] = Field(
        default_factory=lambda: machine_zone()[0],
        description="the system zone: what fixed times and local days go by",
        json_schema_extra={"default": "the machine's, else UTC"},
    )

    @property
    def active_profiles(self) -> frozenset[str]:
        """The profiles that are on, `core` among them."""
        return frozenset(("core", *self.profiles))


class Logs(Section):
    dir: Annotated[Path, Folder()] = Field(
        Path("var/log"), description="one file for each service whose logging is on"
    )
    level: Annotated[str, Choice(("debug", "info", "warning", "error"))] = Field(
        "info", description="the least that is written"
    )
    format: Annotated[str, Choice(("auto", "json", "console"))] = Field(
        "auto",
        description="what the processes write to standard error: a line of JSON or of text; "
        "`auto` is text on a terminal, else JSON",
    )

    def under(self, root: Path) -> Logs:
        """The same settings, with a relative folder under `root`."""
        return self.model_copy(update={"dir": root / self.dir})


class Catalogue(Section):
    modules: Annotated[
        Names, Listed("dotted module names", Text("a dotted module name", r"(?!\d)\w+(\.(?!\d)\w+)*"))
    ] = Field((), description="every Service object in these modules is added")


class Coordinator(Section):
    age_step: Annotated[float, Seconds(0.1, DAY_SECONDS)] = Field(
        60.0, description="each such wait makes a run's priority one step better"
    )
    reserve_after: Annotated[float, Seconds(0.1, DAY_SECONDS)] = Field(
        60.0, description="a run that has waited so long reserves its groups against later ones"
    )
    lease: Annotated[float, Seconds(1, 3600)] = Field(
        15.0, description="a holder not heard of for so long is taken for dead"
    )
    grace: Annotated[float, Seconds(0.1, 3600)] = Field(
        10.0, description="how long code may go on after it was told to stop"
    )


class History(Section):
    keep_days: Annotated[int, Whole(1, 3650)] = Field(30, description="days an ended run is kept")
    keep_failed_days: Annotated[int, Whole(1, 3650)] = Field(90, description="the same for one that failed")
    keep_log_mb: Annotated[int, Whole(1, 1_000_000)] = Field(
        512, description="size of all log files together"
    )


class Settings(BaseModel):
    """All sections. `file` was read (None: there is none); relative paths are under `root`.

    `sources` says for ``section.key`` which file or variable set it, or ``default``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database: Database = Database()
    broker: Broker = Broker()
    node: Node = Field(default_factory=Node)
    site: Site = Field(default_factory=Site)
    web: Web = Web()
    logs: Logs = Logs()
    catalogue: Catalogue = Catalogue()
    coordinator: Coordinator = Coordinator()
    history: History = History()
    backup: Backup = Backup()
    mail: Mail = Mail()
    oidc: Oidc = Oidc()
    secrets: Secrets = Secrets()
    service: dict[str, ServiceDefaults] = Field({}, description="by the service's name")
    root: Path = Path()
    file: Path | None = None
    sources: dict[str, str] = Field({}, repr=False)

    @property
    def var(self) -> Path:
        """The folder of what Tickworks writes when nothing else is set: sockets, kept mail."""
        return self.root / "var"


SECTIONS: dict[str, type[Section]] = {
    "database": Database,
    "broker": Broker,
    "node": Node,
    "site": Site,
    "web": Web,
    "logs": Logs,
    "catalogue": Catalogue,
    "coordinator": Coordinator,
    "history": History,
    "backup": Backup,
    "mail": Mail,
    "oidc": Oidc,
    "secrets": Secrets,
}
