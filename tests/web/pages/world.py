"""A small world behind the pages: services, nodes and runs of a test's own, at the application's clock."""

from __future__ import annotations

from tests.support.engine import Engine
from tests.support.visitors import Application


def world(application: Application) -> Engine:
    """The engine on the application's database; the catalogue's own services are absent."""
    engine = Engine(application.site.rules)
    engine.clock = application.clock
    engine.zone = application.site.zone
    return engine
