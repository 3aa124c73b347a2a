"""Do sessions end when they should and not before, and does their history go?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actors import Outcome
from actors.service import call
from actors.system import sessions_mgt
from actors.testing import testing_context
from domain.session_terms import SessionTerms
from store import database, session, session_cleaning, sign_in_wait
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids, put

NOW = 1_800_000_000.0
HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    for _ in opened_database(request, tmp_path):
        put("app_user", id=1, name="ann", password="-", role="viewer", created_at=1.0)
        yield


def add(id: int, begun: float, seen: float, ended: float | None = None) -> None:
    """A session that began, was seen and ended so many seconds ago."""
    at = None if ended is None else NOW - ended
    put("session", id=id, hash=str(id), user_id=1, created_at=NOW - begun, seen_at=NOW - seen, ended_at=at)


def token(prefix: str, **values: float) -> None:
    at = {name: NOW - ago for name, ago in values.items()}
    put("api_token", prefix=prefix, hash=prefix, name="t", user_id=1, role="viewer", created_at=1.0, **at)


def work(terms: SessionTerms | None = None, not_due: tuple[str, ...] = ()) -> Outcome:
    now = datetime.fromtimestamp(NOW, UTC)
    context = testing_context(sessions_mgt.run, now=now, not_due=not_due)
    outcome = call(sessions_mgt.run, context, terms or SessionTerms())
    assert outcome is not None
    return outcome


def ended() -> dict[int, float | None]:
    """When each session ended, in s before now."""
    rows = database.read().all("SELECT id, ended_at FROM session ORDER BY id")
    return {id: None if at is None else NOW - at for id, at in rows}


def test_sessions_that_let_nobody_in_end_as_of_when_they_did() -> None:
    add(1, 9 * HOUR, 8 * HOUR - 1)  # in use
    add(2, 10 * HOUR, 9 * HOUR)  # idle
    add(3, 8 * DAY, 1 * HOUR)  # too old, in use until then
    add(4, 10 * HOUR, 9 * HOUR, 2 * HOUR)  # signed out
    assert work().counts["expired"] == 2
    assert ended() == {1: None, 2: 1 * HOUR, 3: 1 * DAY, 4: 2 * HOUR}


@pytest.mark.covers("sessions_mgt", 1)
def test_it_ends_exactly_those_that_let_nobody_in() -> None:
    add(1, 9 * HOUR, 8 * HOUR)
    add(2, 9 * HOUR, 8 * HOUR - 0.5)
    add(3, 7 * DAY, 0)
    add(4, 7 * DAY - 0.5, 0)
    alive = [each for each in range(1, 5) if session.alive(database.read(), str(each), NOW)]
    work()
    assert [each for each, at in ended().items() if at is None] == alive == [2, 4]


def test_a_session_from_ahead_of_a_clock_that_was_set_back_lives_on() -> None:
    add(1, -2 * HOUR, -1 * HOUR)
    assert work().counts["expired"] == 0


def test_batches_come_until_nothing_is_left() -> None:
    for number in range(25):
        add(number, 10 * HOUR, 9 * HOUR)
    assert [met for _, met in session_cleaning.expire(NOW, 10)] == [10, 10, 5]


@pytest.mark.covers("sessions_mgt", 2)
def test_history_and_tokens_go_past_their_terms_and_nothing_else_does() -> None:
    add(1, 95 * DAY, 94 * DAY, 91 * DAY)
    add(2, 95 * DAY, 94 * DAY, 89 * DAY)
    add(3, 1 * HOUR, 0)
    token("old", expires_at=91 * DAY)
    token("gone", revoked_at=91 * DAY)
    token("late", expires_at=89 * DAY)
    token("lasting")
    outcome = work()
    assert (outcome.counts["sessions"], outcome.counts["tokens"]) == (1, 2)
    assert ids("session") == [2, 3]
    assert ids("api_token", "prefix") == ["lasting", "late"]


def test_the_terms_are_options() -> None:
    add(1, 3 * DAY, 3 * DAY, 2.5 * DAY)
    work(SessionTerms(keep_sessions_days=3))
    assert ids("session") == [1]
    work(SessionTerms(keep_sessions_days=2))
    assert ids("session") == []


def test_failed_sign_ins_are_forgotten_once_nobody_waits_for_them() -> None:
    for name, ago, until in (("old", 2 * HOUR, 2 * HOUR), ("new", 60.0, 60.0), ("waits", 2 * HOUR, -60.0)):
        put("sign_in_wait", kind="account", name=name, failures=9, last_at=NOW - ago, until=NOW - until)
    assert work().counts["forgotten_failures"] == 1
    assert ids("sign_in_wait", "name") == ["new", "waits"]
    with pytest.raises(sign_in_wait.Waiting):
        database.write(lambda tx: sign_in_wait.attempt(tx, "waits", "a", NOW))


def test_history_waits_for_its_own_time() -> None:
    add(1, 95 * DAY, 94 * DAY, 91 * DAY)
    assert "sessions" not in work(not_due=("Delete session history past its term",)).counts
    assert ids("session") == [1]


def test_sessions_that_are_seen_meanwhile_live_on() -> None:
    """One that was renewed while it was about to be ended; whoever comes first is right."""
    for number in range(1, 41):
        add(number, 9 * HOUR, 8 * HOUR - 0.1)
    start = threading.Barrier(2)

    def see() -> None:
        start.wait()
        for number in range(40, 0, -1):
            database.write(lambda tx, each=number: session.seen(tx, each, 1, "", NOW + 1))  # type: ignore[misc]
        database.drop_connection()

    thread = threading.Thread(target=see)
    thread.start()
    start.wait()
    list(session_cleaning.expire(NOW + 1, 5))
    thread.join()
    broken = "SELECT COUNT(*) FROM session WHERE ended_at IS NOT NULL AND seen_at > ?"
    assert database.read().value(broken, (NOW,)) == 0


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"batch": 20_000}, {"keep_sessions_days": 0}])
def test_terms_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected 1 to"):
        SessionTerms(**wrong)
