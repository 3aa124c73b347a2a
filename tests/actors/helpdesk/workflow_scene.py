"""What the tests of workflows share: a workflow, things that happen, runs of the service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from actors import Outcome
from actors.helpdesk import workflows
from actors.service import call
from actors.testing import FakeContext, testing_context
from actors.workflow_runs import WorkflowOptions
from domain.workflow.checked import checked
from domain.workflow.definition import from_plain
from store import database, event, live_family
from store.workflow import kept

NOW = 1_800_000_000.0
MAIL = {
    "kind": "mail",
    "to": "desk@example.org",
    "subject": "{{ event }}",
    "text": "{{ text }} {{ data.amount }}",
}


def http(address: str, **more: str) -> dict[str, str]:
    """A call to a system on this machine."""
    return {"kind": "http", "method": "POST", "address": address, "private": "yes", **more}


def workflow(*actions: dict[str, str], name: str = "w", first: bool = True, **more: Any) -> int:
    """A workflow; its number. What happened before the first run of the service sets nothing off."""
    made = checked(from_plain({"event": "paid", "actions": list(actions), **more}))
    workflow_id = database.write(lambda tx: kept.add(tx, name, made, "ann", NOW - 60))
    assert workflow_id is not None
    if first:
        work(-30)
    return workflow_id


def happens(name: str = "paid", later: float = 0.0, text: str = "it is paid", **data: Any) -> None:
    """An event."""
    values: dict[str, Any] = {
        "at": NOW + later,
        "type": name,
        "severity": "info",
        "sender": "billing",
        "text": text,
    }
    database.write(lambda tx: event.add(tx, **values, data=data))


def go_live() -> None:
    """The helpdesk's family acts from now on."""
    database.write(lambda tx: live_family.switch(tx, "helpdesk", True, by="ann", now=NOW))


def context(later: float = 0.0, run_id: int = 1, **values: Any) -> FakeContext:
    now = datetime.fromtimestamp(NOW + later, UTC)
    return testing_context(workflows.run, now=now, run_id=run_id, **values)


def work(
    later: float = 0.0, run_id: int = 1, options: WorkflowOptions | None = None, **values: Any
) -> Outcome:
    """The service runs, so many seconds later."""
    outcome = call(workflows.run, context(later, run_id, **values), options or WorkflowOptions(timeout=5.0))
    assert outcome is not None
    return outcome


def states() -> list[tuple[str, str]]:
    """(workflow, state) of all runs, in order."""
    return [
        (row[0], row[1])
        for row in database.read().all(
            "SELECT w.name, r.state FROM workflow_run r JOIN workflow w ON w.id = r.workflow_id ORDER BY r.id"
        )
    ]


def steps(run_id: int = 1) -> list[tuple[str, str]]:
    """(kind, state) of a run's steps."""
    sql = "SELECT kind, state FROM workflow_step WHERE run_id = ? ORDER BY n"
    return [(row[0], row[1]) for row in database.read().all(sql, (run_id,))]


def answer(run_id: int = 1, n: int = 1) -> str:
    sql = "SELECT answer FROM workflow_step WHERE run_id = ? AND n = ?"
    return str(database.read().value(sql, (run_id, n)))
