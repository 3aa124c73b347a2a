"""A site with servers and checks, and a service that runs on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from actors import Outcome
from actors.monitoring import monitoring
from actors.monitoring.monitoring import Options
from actors.service import call
from actors.testing import FakeContext, testing_context
from node.site import Site
from store import database, secret
from tests.support.object_site import add


@dataclass
class Watched:
    """Servers and checks are added by `add`; `look` runs what is due."""

    site: Site
    context: FakeContext

    def add(self, kind: str, /, **values: Any) -> dict[str, Any]:
        """A new object."""
        return add(self.site, kind, **values)

    def check(self, name: str, **values: Any) -> dict[str, Any]:
        """A new check of the server `s`; an alert after the first failure."""
        given = {"server": "s", "interval": 300, "timeout": 3.0, "fail_after": 1, "recover_after": 1}
        return self.add("check", name=name, **{**given, **values})

    def look(self, after: float = 300.0) -> Outcome:
        """Let time pass and run the service."""
        self.context.advance(after)
        outcome = call(monitoring.run, self.context, Options())
        assert outcome is not None
        return outcome

    def state(self, name: str) -> dict[str, Any]:
        """Where a check stands."""
        sql = "SELECT s.* FROM check_state s JOIN service_check c ON c.id = s.check_id WHERE c.name = ?"
        return database.read().dicts(sql, (name,))[0]

    def found(self, name: str) -> tuple[str, str]:
        """Its level and its text."""
        state = self.state(name)
        return state["level"], state["text"]


def watched(site: Site, service: Any = monitoring.run) -> Watched:
    """A context whose secrets are those of the site."""
    # The certificates of the real servers are good from today on.
    made = testing_context(service, now=datetime.now(UTC))
    ports = made.ports
    ports.secret = secret.follow  # type: ignore[method-assign]
    return Watched(site, replace(made, ports=ports))
