"""The system of this folder, as the commands that also work elsewhere see it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cli.local.alerts import Alerts
from cli.local.campaigns import Campaigns
from cli.local.hooks import Hooks
from cli.local.jobs import Jobs
from cli.local.names import Names
from cli.local.nodes import Nodes
from cli.local.objects import Objects
from cli.local.runs import Runs
from cli.local.sample import Sample
from cli.local.services import Services
from cli.local.tickets import Tickets
from cli.local.voice import Voice
from cli.local.watched import Watched
from cli.local.workflows import Workflows
from cli.opened import Opened
from web.shown.glance import glance

Row = dict[str, Any]


class Local:
    """`cli.remote.system.Remote` has the same methods; a test compares them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.services = Services(opened)
        self.runs = Runs(opened)
        self.nodes = Nodes(opened)
        self.jobs = Jobs(opened)
        self.objects = Objects(opened)
        self.alerts = Alerts(opened)
        self.sample = Sample(opened)
        self.watched = Watched(opened)
        self.voice = Voice(opened)
        self.names = Names(opened)
        self.hooks = Hooks(opened)
        self.workflows = Workflows(opened)
        self.campaigns = Campaigns(opened)
        self.tickets = Tickets(opened)

    @property
    def name(self) -> str:
        """What the site is called."""
        return self._opened.site.settings.site.name

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return self._opened.site.zone

    @property
    def now(self) -> float:
        """The time, as the site's clock tells it, in epoch seconds."""
        return self._opened.now

    def glance(self) -> Row | None:
        """See `web.shown.glance`; None where nothing has run yet."""
        return glance(self._opened.site, self._opened.tx) if self._opened.ready else None
