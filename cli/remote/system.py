"""A system that runs elsewhere, as the commands see it."""

from __future__ import annotations

import time
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from cli.remote.alerts import Alerts
from cli.remote.campaigns import Campaigns
from cli.remote.connection import Connection
from cli.remote.failed import line, not_tickworks
from cli.remote.hooks import Hooks
from cli.remote.jobs import Jobs
from cli.remote.names import Names
from cli.remote.nodes import Nodes
from cli.remote.objects import Objects
from cli.remote.runs import Runs
from cli.remote.sample import Sample
from cli.remote.services import Services
from cli.remote.tickets import Tickets
from cli.remote.voice import Voice
from cli.remote.watched import Watched
from cli.remote.workflows import Workflows

Row = dict[str, Any]


class Remote:
    """`cli.local.system.Local` has the same methods; a test compares them. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection
        self.services = Services(connection)
        self.runs = Runs(connection, self.services)
        self.nodes = Nodes(connection)
        self.jobs = Jobs(connection)
        self.objects = Objects(connection)
        self.alerts = Alerts(connection)
        self.sample = Sample(connection)
        self.watched = Watched(connection)
        self.voice = Voice(connection)
        self.names = Names(connection)
        self.hooks = Hooks(connection)
        self.workflows = Workflows(connection)
        self.campaigns = Campaigns(connection)
        self.tickets = Tickets(connection)

    @property
    def name(self) -> str:
        """What the site is called."""
        return str(self._at.value(self._site, "name"))

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        try:
            return ZoneInfo(str(self._at.value(self._site, "zone")))
        except (KeyError, ValueError, OSError):
            raise not_tickworks(self._at.address, 200, "with a zone that is none") from None

    @property
    def now(self) -> float:
        """The time, as the site's clock tells it, in epoch seconds: ours may be wrong."""
        return time.monotonic() + self._ahead

    def glance(self) -> Row | None:
        """See `web.shown.glance`."""
        return {part: self._at.value(self._site, part) for part in ("maintenance", "nodes_up")}

    def problems(self) -> list[str]:
        """What stands in the way of runs there, one line each."""
        status, said = self._at.ready()
        return [] if status == 200 else [line(each) for each in said.get("problems") or [said["status"]]]

    @cached_property
    def _site(self) -> Row:
        return self._at.get("site")

    @cached_property
    def _ahead(self) -> float:
        """The seconds that its clock is ahead of our monotonic one."""
        try:
            there = datetime.fromisoformat(str(self._at.value(self._site, "now"))).timestamp()
        except ValueError:
            raise not_tickworks(self._at.address, 200, "with a time that is none") from None
        return there - time.monotonic()
