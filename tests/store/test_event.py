"""Are events made once of what ended badly, and told once to whom a rule names?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.digest import Rule
from store import database, event, event_rule
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import node, put, run, service
from tests.support.until import until

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def add(text: str = "it broke", **values: Any) -> bool:
    given = {"at": NOW, "type": "alert", "severity": "error", "sender": "mail", **values}
    return database.write(lambda tx: event.add(tx, text=text, **given))


def derive(now: float = NOW) -> int:
    return database.write(lambda tx: event.derive(tx, now))


def tell(rule: str = "default", now: float = NOW) -> int:
    found = next(each for each in event_rule.rules(database.read()) if each.name == rule)
    return database.write(lambda tx: event_rule.tell(tx, found, ("ops@example.org",), "Site", now))


def mails() -> list[dict[str, Any]]:
    return database.read().dicts("SELECT * FROM mail ORDER BY id")


def texts() -> list[str]:
    return [row["text"] for row in reversed(event.latest(database.read()))]


def test_runs_that_ended_badly_become_events_once() -> None:
    service("mail", title="Mail Manager")
    run(1, "succeeded", NOW - 5)
    run(2, "failed", NOW - 4, error="SMTP said no")
    run(3, "lost", NOW - 3)
    run(4, "missed", NOW - 2, reason="node n1 is lost")
    run(5, "skipped", NOW - 1)
    assert (derive(), derive(NOW + 300)) == (3, 0)
    assert texts() == [
        "Mail Manager failed: SMTP said no",
        "Mail Manager was lost",
        "Mail Manager was missed: node n1 is lost",
    ]


def test_an_end_that_is_written_hours_late_is_still_told() -> None:
    derive()
    run(1, "failed", NOW - 4 * 3600, error="late")
    assert derive(NOW + 300) == 1


def test_a_clock_that_stepped_back_neither_loses_nor_repeats() -> None:
    run(1, "failed", NOW - 1, error="one")
    assert derive() == 1
    run(2, "failed", NOW - 10 * 3600, error="after the step")
    assert derive(NOW - 10 * 3600 + 60) == 1
    assert derive(NOW) == 0


def test_more_runs_than_a_batch_all_become_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event, "BATCH", 3)
    for number in range(1, 9):
        run(number, "failed", NOW - 1, error="same")
    assert [derive() for _ in range(4)] == [3, 3, 2, 0]


def test_a_node_is_lost_once_each_time() -> None:
    node("n1", "lost", NOW - 60)
    assert (derive(), derive()) == (1, 0)
    database.write(lambda tx: tx.run("UPDATE node SET state_at = ?", (NOW + 60,)))
    assert derive(NOW + 120) == 1


def test_a_daemon_in_a_crash_loop_is_told_once_an_hour() -> None:
    service("collector", title="Collector", kind="daemon")
    put(
        "daemon", service="collector", for_node="n1", state="crash_loop", state_at=NOW, last_end="exit code 3"
    )
    assert (derive(), derive(NOW + 300)) == (1, 0)
    assert texts() == ["Collector on n1 is down, it ends again and again: exit code 3"]
    database.write(lambda tx: tx.run("UPDATE daemon SET state_at = ?", (NOW + 3600,)))
    assert derive(NOW + 3600) == 1


def test_an_event_with_a_key_is_written_once() -> None:
    assert (add(key="k"), add(key="k"), add(), add()) == (True, False, True, True)


def test_texts_hold_no_password_and_one_line() -> None:
    add("cannot reach postgresql://u:hunter2@db/x\r\nBcc: all\0")
    assert texts() == ["cannot reach postgresql://u:***@db/x Bcc: all"]


def test_a_flood_becomes_one_line_with_a_count() -> None:
    for number in range(40):
        add(at=NOW - number)
    add("another thing", type="failure")
    assert tell() == 41
    (digest,) = mails()
    assert digest["subject"] == "[Site] 1 failure, 40 alerts"
    assert digest["body_text"].startswith("40 times: it broke (first 2027-01-15T07:59:21.000Z, last 2027")
    assert database.read().all("SELECT address FROM mail_recipient") == [("ops@example.org",)]


def test_what_was_told_is_not_told_again() -> None:
    add()
    assert (tell(), tell()) == (1, 0)
    add("news")
    assert tell() == 1
    assert [row["subject"] for row in mails()] == ["[Site] 1 alert", "[Site] 1 alert"]


def test_failures_of_the_mail_itself_are_kept_and_never_mailed() -> None:
    for sender in ("events_manager", "mail_manager", "send_email_notifications"):
        add(sender=sender, type="failure")
    assert tell() == 0
    assert mails() == []
    assert len(texts()) == 3


def test_a_rule_hears_by_type_sender_and_tag() -> None:
    for rule in (Rule("types", ("alert",)), Rule("senders", senders=("a",)), Rule("tags", tags=("x", "y"))):
        database.write(lambda tx, rule=rule: event_rule.put(tx, rule))  # type: ignore[misc]
    add("by type", type="alert", sender="b")
    add("by sender", type="message", sender="a")
    add("by tag", type="message", sender="b", tags=("y", "z"))
    assert [tell(name) for name in ("types", "senders", "tags")] == [1, 1, 1]
    bodies = [row["body_text"].split(" (")[0] for row in mails()]
    assert bodies == ["by type", "by sender", "by tag"]


def test_a_new_rule_tells_of_what_happens_from_now_on() -> None:
    add()
    database.write(lambda tx: event_rule.put(tx, Rule("new")))
    assert tell("new") == 0
    add()
    assert tell("new") == 1


def test_what_is_too_old_is_not_mailed_any_more() -> None:
    add(at=NOW - 2 * 86_400)
    assert tell() == 0


def test_an_event_that_is_committed_late_is_not_passed_over() -> None:
    if database.dialect() == "sqlite":
        pytest.skip("SQLite has one writer at a time: ids are committed in order")
    inside, go = threading.Event(), threading.Event()

    def slow(tx: Any) -> None:
        event.add(tx, at=NOW, type="alert", severity="error", sender="a", text="slow")
        inside.set()
        go.wait(20)

    counts: list[int] = []
    writer = threading.Thread(target=_in_thread, args=(lambda: database.write(slow),))
    writer.start()
    assert inside.wait(20)
    add("quick")
    teller = threading.Thread(target=_in_thread, args=(lambda: counts.append(tell()),))
    teller.start()
    until(_somebody_waits_for_a_lock, "the digest waits for the slow writer")
    go.set()
    writer.join()
    teller.join()
    assert counts == [2]


def _in_thread(work: Any) -> None:
    work()
    database.drop_connection()


def _somebody_waits_for_a_lock() -> bool:
    return bool(database.read().value("SELECT COUNT(*) FROM pg_locks WHERE NOT granted"))
