"""The system of this folder, as the commands that also work elsewhere see it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cli.opened import Opened
from web.shown.glance import glance

if TYPE_CHECKING:
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

Row = dict[str, Any]


class Local:
    """`cli.remote.system.Remote` has the same methods; a test compares them.

    A command needs one part or two: each is imported when it is first used.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    @cached_property
    def alerts(self) -> Alerts:
        from cli.local.alerts import Alerts

        return Alerts(self._opened)

    @cached_property
    def campaigns(self) -> Campaigns:
        from cli.local.campaigns import Campaigns

        return Campaigns(self._opened)

    @cached_property
    def hooks(self) -> Hooks:
        from cli.local.hooks import Hooks

        return Hooks(self._opened)

    @cached_property
    def jobs(self) -> Jobs:
        from cli.local.jobs import Jobs

        return Jobs(self._opened)

    @cached_property
    def names(self) -> Names:
        from cli.local.names import Names

        return Names(self._opened)

    @cached_property
    def nodes(self) -> Nodes:
        from cli.local.nodes import Nodes

        return Nodes(self._opened)

    @cached_property
    def objects(self) -> Objects:
        from cli.local.objects import Objects

        return Objects(self._opened)

    @cached_property
    def runs(self) -> Runs:
        from cli.local.runs import Runs

        return Runs(self._opened)

    @cached_property
    def sample(self) -> Sample:
        from cli.local.sample import Sample

        return Sample(self._opened)

    @cached_property
    def services(self) -> Services:
        from cli.local.services import Services

        return Services(self._opened)

    @cached_property
    def tickets(self) -> Tickets:
        from cli.local.tickets import Tickets

        return Tickets(self._opened)

    @cached_property
    def voice(self) -> Voice:
        from cli.local.voice import Voice

        return Voice(self._opened)

    @cached_property
    def watched(self) -> Watched:
        from cli.local.watched import Watched

        return Watched(self._opened)

    @cached_property
    def workflows(self) -> Workflows:
        from cli.local.workflows import Workflows

        return Workflows(self._opened)

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
