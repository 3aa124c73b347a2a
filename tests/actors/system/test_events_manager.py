"""Does the Events Manager tell each recipient once of what went wrong, and never of its own mail?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from actors.service import call
from actors.system import events_manager
from actors.testing import testing_context
from domain.digest import Rule
from store import database, event, event_rule
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import run

NOW = 1_800_000_000.0
ADMIN = "ops@example.org"


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def tell(at: float = NOW, **options: Any) -> Outcome:
    context = testing_context(events_manager.run, now=datetime.fromtimestamp(at, UTC))
    outcome = call(events_manager.run, context, events_manager.Options(**{"admin": ADMIN, **options}))
    assert outcome is not None
    return outcome


@pytest.mark.covers("events_manager", 1)
def test_the_admin_hears_of_failures_and_missed_runs_in_one_mail() -> None:
    run(1, "failed", NOW - 2, error="no")
    run(2, "missed", NOW - 1, reason="node lost")
    assert tell(site="Example").counts == {"events": 2, "mails": 1, "told": 2}
    ((recipients, subject),) = mails()
    assert (recipients, subject) == (ADMIN, "[Example] 1 failure, 1 missed run")


def test_a_second_run_has_nothing_to_tell() -> None:
    run(1, "failed", NOW - 2, error="no")
    tell()
    assert tell(NOW + 3600).counts == {"events": 0, "mails": 0, "told": 0}


def test_two_mails_of_a_rule_keep_their_distance() -> None:
    run(1, "failed", NOW - 2, error="no")
    tell()
    run(2, "failed", NOW + 100, error="no")
    assert tell(NOW + 300).counts["mails"] == 0
    assert tell(NOW + 900).counts["mails"] == 1


def test_without_an_address_events_wait_and_it_says_what_to_do() -> None:
    run(1, "failed", NOW - 2, error="no")
    assert "1 events wait for an address" in tell(admin="").message
    assert tell(NOW + 300).counts["told"] == 1


def test_a_failure_of_the_mail_chain_never_makes_a_mail() -> None:
    run(1, "failed", NOW - 2, service="mail_manager", error="no server")
    run(2, "failed", NOW - 2, service="events_manager", error="no database")
    assert tell().counts == {"events": 2, "mails": 0, "told": 0}


def test_a_rule_that_is_off_tells_nothing() -> None:
    database.write(lambda tx: event_rule.put(tx, Rule("default", enabled=False)))
    run(1, "failed", NOW - 2, error="no")
    assert tell().counts["mails"] == 0


def test_each_rule_has_its_own_recipients() -> None:
    database.write(
        lambda tx: event_rule.put(
            tx, Rule("billing", senders=("billing",), recipients=("money@example.org",))
        )
    )
    run(1, "failed", NOW - 2, service="billing", error="no")
    assert tell().counts["mails"] == 2
    assert [recipients for recipients, _ in mails()] == ["money@example.org", ADMIN]


def test_an_address_that_is_none_keeps_nobody_else_from_hearing() -> None:
    database.write(lambda tx: event_rule.put(tx, Rule("a", recipients=("nobody",))))
    run(1, "failed", NOW - 2, error="no")
    outcome = tell()
    assert (outcome.kind, outcome.counts["mails"]) == ("partial", 1)
    assert outcome.message.startswith("rule a: ")


def test_an_event_that_somebody_wrote_is_told_too() -> None:
    values: dict[str, Any] = {"at": NOW, "type": "alert", "severity": "warning", "sender": "backup_manager"}
    database.write(lambda tx: event.add(tx, text="holds its groups for long", **values))
    assert tell().counts["told"] == 1


def mails() -> list[tuple[str, str]]:
    """(recipients, subject) of what was posted."""
    return database.read().all(  # type: ignore[return-value]
        "SELECT r.address, m.subject FROM mail m JOIN mail_recipient r ON r.mail_id = m.id ORDER BY m.id"
    )
