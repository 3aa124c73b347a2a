"""What the tests of hooks share: a hook, things that happen, runs of the Provisioning Manager."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from actors import Outcome
from actors.service import call
from actors.system import provisioning_manager
from actors.system.provisioning_manager import Options
from actors.testing import FakeContext, testing_context
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import change, database, event
from store.object import write
from tests.support.http_receiver import Receiver

NOW = 1_800_000_000.0
KEY = "a key for signing"


def hook(url: str, name: str = "billing", **values: Any) -> int:
    """A hook that may call this machine; its id. What happened before the first run is not told."""
    given = {"name": name, "address": url, "secret": "env:HOOK", "allow_private": True, "timeout": 5.0}
    whole = checked(find("event_hook"), {**given, **values})
    made = database.write(lambda tx: write.create(tx, "event_hook", whole, now=NOW - 60))
    work(-30)
    return made


def happens(*names: str, about: str = "service a", later: float = 0.0, **data: Any) -> None:
    """Events of these types about an object."""
    for name in names:
        values = {"at": NOW + later, "type": name, "severity": "info", "sender": "a", "text": name}
        database.write(lambda tx, v=values: event.add(tx, **v, data={"object": about, **data}))  # type: ignore[misc]


def changed(action: str, target: str, before: Any = None, after: Any = None) -> None:
    """An entry of the audit trail."""
    database.write(
        lambda tx: change.record(
            tx, actor="ann", action=action, target=target, now=NOW, before=before, after=after
        )
    )


def context(later: float = 0.0, run_id: int = 1, **values: Any) -> FakeContext:
    now = datetime.fromtimestamp(NOW + later, UTC)
    return testing_context(
        provisioning_manager.run, now=now, run_id=run_id, secrets={"env:HOOK": KEY}, **values
    )


def work(later: float = 0.0, run_id: int = 1, options: Options | None = None, **values: Any) -> Outcome:
    """The service runs, so many seconds later."""
    outcome = call(provisioning_manager.run, context(later, run_id, **values), options or Options())
    assert outcome is not None
    return outcome


def names(receiver: Receiver) -> list[tuple[str, str]]:
    """(event, object) of all that arrived, in order."""
    bodies = [json.loads(got.body)["event"] for got in receiver.got]
    return [(body["name"], body["object"]) for body in bodies]


def states() -> list[str]:
    """The states of all calls, by id."""
    return [row[0] for row in database.read().all("SELECT state FROM hook_call ORDER BY id")]
