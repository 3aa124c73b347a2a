"""What the tests of the directory services share: objects, and a run of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actors import Outcome
from actors.service import Service, call
from actors.testing import FakeContext, testing_context
from backends.directory.server import Server
from store import database
from tests.actors.dns.scene import DAY, add, change, mails
from tests.support.real_samba import ADMIN, PASSWORD

__all__ = ["DAY", "NOW", "add", "change", "directory", "events", "mails", "rows", "users", "work"]

#: The controller's clock is real: what it computes is about now.
NOW = datetime.now(UTC).timestamp()
SECRETS = {"env:DC": PASSWORD, "env:WRONG": "no such password"}


def directory(server: Server, base: str = "", name: str = "corp", **values: Any) -> int:
    """The object of a controller; its id."""
    given = {
        "host": server.host,
        "port": server.port,
        "username": ADMIN,
        "password": "env:DC",
        "ca_file": server.ca_file,
        "base": base,
    }
    return add("directory", name=name, **{**given, **values})


def work(
    service: Service,
    options: object = None,
    *,
    at: float | None = None,
    args: Mapping[str, Any] | None = None,
    **more: Any,
) -> tuple[Outcome, FakeContext]:
    """One run of the service, now or at an instant."""
    now = datetime.fromtimestamp(NOW if at is None else at, UTC)
    secrets = {**SECRETS, **more.pop("secrets", {})}
    context = testing_context(service, now=now, args=args, secrets=secrets, **more)
    made = service.options() if options is None and service.options is not None else options
    outcome = call(service, context, made)
    assert outcome is not None
    return outcome, context


def users(*, gone: bool = False) -> dict[str, dict[str, Any]]:
    """The users of our copy that are there (or gone), by name."""
    where = "IS NOT NULL" if gone else "IS NULL"
    found = database.read().dicts(f"SELECT * FROM dir_user WHERE gone_at {where} ORDER BY id")
    return {row["name"]: row for row in found}


def rows(table: str) -> list[dict[str, Any]]:
    """A whole table."""
    return database.read().dicts(f"SELECT * FROM {table}")


def events() -> list[str]:
    """The texts of all events."""
    return [row["text"] for row in database.read().dicts("SELECT text FROM event ORDER BY id")]
