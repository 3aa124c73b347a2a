"""What the tests of the three services share: objects, and a run of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actors import Outcome
from actors.service import Service, call
from actors.testing import FakeContext, testing_context
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.object import read, write
from tests.support.real_knot import TRANSFER

NOW = 1_800_000_000.0
DAY = 86_400.0
SECRETS = {
    "env:KEY": TRANSFER[1],
    "env:WRONG": "d3JvbmcgZ3Vlc3MsIHdyb25nIGd1ZXNzLCB3cm9uZw==",
    "env:NO": "abc",
}


def add(kind: str, **values: Any) -> int:
    """A new object; its id."""
    whole = checked(find(kind), values)
    return database.write(lambda tx: write.create(tx, kind, whole, now=NOW))


def change(kind: str, object_id: int, **values: Any) -> None:
    """Change fields of an object."""
    found = read.by_id(database.read(), kind, object_id)
    assert found is not None
    before = {name: found[name] for name in find(kind).model.model_fields}
    whole = checked(find(kind), {**before, **values})
    assert database.write(lambda tx: write.change(tx, kind, object_id, found["revision"], whole, now=NOW))


def work(
    service: Service, options: object, *, at: float = NOW, args: Mapping[str, Any] | None = None, **more: Any
) -> tuple[Outcome, FakeContext]:
    """One run of the service, at an instant."""
    secrets = {**SECRETS, **more.pop("secrets", {})}
    now = datetime.fromtimestamp(at, UTC)
    context = testing_context(service, now=now, args=args, secrets=secrets, **more)
    outcome = call(service, context, options)
    assert outcome is not None
    return outcome, context


def mails() -> list[dict[str, Any]]:
    """The notices in the outbox, in their order."""
    return database.read().dicts("SELECT * FROM notification ORDER BY id")
