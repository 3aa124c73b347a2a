"""Does exactly that go which is past its term, in small transactions?"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.retention import DAY, Retention
from store import database, history, sample
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids, node, process, put, run, service

NOW = 1_800_000_000.0
TERMS = Retention().terms(NOW)


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def clean(batch: int = 500) -> Counter[str]:
    gone: Counter[str] = Counter()
    for what, count in history.clean(TERMS, batch):
        gone[what] += count
    return gone


def days_ago(days: float) -> float:
    return NOW - days * DAY


def newest(service: str = "mail") -> int:
    """A run that keeps others from being the last of the service."""
    return run(9000 + len(service), "succeeded", NOW, service=service)


@pytest.mark.parametrize("state", ["succeeded", "cancelled", "skipped"])
def test_ended_runs_go_after_thirty_days(state: str) -> None:
    run(1, state, days_ago(30.01))
    run(2, state, days_ago(29.99))
    last = newest()
    assert clean() == {"runs": 1}
    assert ids("run") == [2, last]


@pytest.mark.parametrize("state", ["failed", "lost", "missed"])
def test_those_that_went_wrong_stay_for_ninety(state: str) -> None:
    run(1, state, days_ago(90.01))
    run(2, state, days_ago(89.99))
    last = newest()
    clean()
    assert ids("run") == [2, last]


@pytest.mark.parametrize("state", ["queued", "granted", "running"])
def test_what_has_not_ended_stays_however_old(state: str) -> None:
    run(1, state)
    last = newest()
    assert clean() == {}
    assert ids("run") == [1, last]


def test_the_last_run_of_a_service_and_of_a_step_stays() -> None:
    service("mail", last_run_id=2)
    put("step", service="mail", title="Sweep", last_run_id=1)
    for number in (1, 2, 3, 4):
        run(number, "succeeded", days_ago(100))
    run(5, "succeeded", days_ago(100), service="other")
    clean()
    assert ids("run") == [1, 2, 4, 5]


def test_a_run_stays_as_long_as_one_that_was_merged_into_it() -> None:
    run(1, "succeeded", days_ago(40))
    run(2, "merged", days_ago(20), merged_into=1)
    last = newest()
    clean()
    assert ids("run") == [1, 2, last]


def test_merged_runs_go_together_with_what_they_were_merged_into() -> None:
    run(1, "succeeded", days_ago(40))
    run(2, "merged", days_ago(41), merged_into=1)
    run(3, "merged", days_ago(39), merged_into=2)
    last = newest()
    assert clean() == {"runs": 3}
    assert ids("run") == [last]


def test_with_a_run_goes_all_that_it_had() -> None:
    for number in (1, 2):
        run(number, "succeeded", days_ago(60 - number * 20))
        put(
            "attempt",
            run_id=number,
            n=1,
            node="n1",
            process_id=1,
            fence=1,
            started_at=1,
            ended_at=2,
            ended="failed",
        )
        put("run_step", run_id=number, n=1, title="a", state="done", started_at=1)
        put("run_log", run_id=number, n=1, at=1, level="info", text="a")
        put("membership", run_id=number, run_group="stats")
    newest()
    run(3, "succeeded", NOW)
    clean()
    for table in ("attempt", "run_step", "run_log", "membership"):
        assert ids(table, "run_id") == [2], table


def test_no_transaction_deletes_more_rows_than_a_batch() -> None:
    for number in range(1, 8):
        run(number, "succeeded", days_ago(40 + number))
        for line in range(number * 3):
            put("run_log", run_id=number, n=line, at=1, level="info", text="a")
    newest()
    sizes = []
    before = len(ids("run")) + len(ids("run_log", "n"))
    for _ in history.clean(TERMS, 10):
        after = len(ids("run")) + len(ids("run_log", "n"))
        sizes.append(before - after)
        before = after
    assert sum(sizes) == 7 + 3 * 28
    assert max(sizes) <= 10


def test_a_backlog_of_many_batches_goes_in_one_call() -> None:
    def many(tx: Tx) -> None:
        tx.many(
            """INSERT INTO run (id, service, trigger, state, requested_at, queued_at, ended_at,
                                priority, roles)
               VALUES (?, 'mail', 'schedule', ?, 0, 0, ?, 5, 'master')""",
            # One in three failed and stays: later batches must not stumble over them.
            [(n, "succeeded" if n % 3 else "failed", days_ago(50)) for n in range(1, 301)],
        )

    database.write(many)
    newest()
    assert clean(batch=20) == {"runs": 200}
    assert history.past_term(database.read(), TERMS) == 0


def test_a_stop_between_batches_leaves_the_rest_for_the_next_time() -> None:
    for number in range(1, 6):
        run(number, "succeeded", days_ago(100 - number))
    newest()
    assert next(history.clean(TERMS, 2)) == ("runs", 2)
    assert ids("run")[:3] == [3, 4, 5]
    assert clean() == {"runs": 3}


def test_what_is_past_its_term_is_counted_beforehand() -> None:
    run(1, "succeeded", days_ago(31))
    run(2, "failed", days_ago(31))
    run(3, "failed", days_ago(91))
    run(4, "queued")
    assert history.past_term(database.read(), TERMS) == 2


def test_other_records_go_at_their_own_terms() -> None:
    for number, days in ((1, 401), (2, 399)):
        put("change", id=number, at=days_ago(days), actor="a", action="b", object="c")
    for key, days in (("old", 1.1), ("new", 0.9)):
        put(
            "request_key",
            key=key,
            service="mail",
            asked="",
            run_ids="1",
            merged=False,
            at=days_ago(days),
        )
    for number, days in ((1, 31), (2, 29)):
        put("rejected", id=number, at=days_ago(days), queue="q", reason="r", body="b")
    for number, days in ((1, 91), (2, 89)):
        put("event", id=number, at=days_ago(days), type="alert", severity="info", sender="s", text="t")
    for number, over in ((1, days_ago(91)), (2, days_ago(89)), (3, None)):
        texts = {"rule": "missed", "object": f"service {number}", "text": "t", "severity": "error"}
        put("alert", id=number, **texts, opened_at=0.0, last_seen_at=0.0, resolved_at=over)
    for number, state, days in ((1, "sent", 61), (2, "failed", 59), (3, "queued", 99)):
        ended_at = None if state == "queued" else days_ago(days)
        common = {
            "id": number,
            "once_key": str(number),
            "source": "",
            "created_at": 0.0,
            "ended_at": ended_at,
        }
        texts = {"subject": "s", "body_text": "t"}
        put("mail", state=state, not_before=days_ago(days), **texts, **common)
        put("mail_recipient", mail_id=number, n=1, field="to", address="b@example.org")
        state = "waiting" if state == "queued" else "mailed"
        texts = {"template": "notice", "template_values": "{}", "recipients": "[]"}
        put("notification", state=state, due_at=0.0, **texts, **common)
    process(1, ended_at=days_ago(31))
    process(2, ended_at=days_ago(29))
    process(3)
    gone = dict.fromkeys(
        ("changes", "request_keys", "rejected", "events", "alerts", "mails", "notices", "processes"), 1
    )
    assert clean() == gone
    assert (ids("mail"), ids("mail_recipient", "mail_id"), ids("notification")) == ([2, 3], [2, 3], [2, 3])
    assert (ids("event"), ids("alert")) == ([2], [2, 3])
    assert (ids("change"), ids("request_key", "key"), ids("rejected")) == ([2], ["new"], [2])
    assert ids("process") == [2, 3]


def test_only_nodes_that_left_long_ago_go() -> None:
    node("gone", "left", days_ago(31))
    node("away", "left", days_ago(29))
    node("lost", "lost", days_ago(31))
    node("up", "up", days_ago(31))
    node("back", "left", days_ago(31))
    process(1, node="back")
    clean()
    assert ids("node", "name") == ["away", "back", "lost", "up"]


def test_samples_are_kept_the_longer_the_coarser_they_are() -> None:
    for days in (800, 20, 5, 1):
        for second in (0, 60, 120):
            at = days_ago(days) + second
            database.write(lambda tx, at=at: sample.add(tx, "n1", [("cpu", "", 1.0)], at))  # type: ignore[misc]
    # Samples and 5-minute means are cut at a whole hour, so all three of a span go together.
    assert clean(batch=2) == {"samples": 3 * 3 + 2 + 1}
    assert len(sample.series(database.read(), "n1", "cpu", "", 0)) == 3
    assert len(sample.series(database.read(), "n1", "cpu", "", 0, 300)) == 2
    assert len(sample.series(database.read(), "n1", "cpu", "", 0, 3600)) == 3


def test_the_samples_of_an_hour_go_together() -> None:
    for minute in (-1, 10):
        at, figure = days_ago(2) + minute * 60, ("cpu", "", minute)
        database.write(lambda tx, at=at, figure=figure: sample.add(tx, "n1", [figure], at))  # type: ignore[misc]
    half_past = Retention().terms(NOW + 1800)
    assert dict(history.clean(half_past, 500)) == {"samples": 1}
    assert [point.mean for point in sample.series(database.read(), "n1", "cpu", "", 0)] == [10]


def test_a_series_goes_when_nothing_is_left_of_it() -> None:
    database.write(lambda tx: sample.add(tx, "n1", [("disk", "/old", 1.0)], days_ago(800)))
    database.write(lambda tx: sample.add(tx, "n1", [("disk", "/new", 1.0)], NOW))
    assert clean()["series"] == 1
    assert ids("series", "object") == ["/new"]


def test_one_run_cleans_and_the_others_are_told_where() -> None:
    for number in (1, 2):
        run(number, "running", node=f"n{number}")
    claims = [database.write(lambda tx, f=fence: history.claim(tx, f, NOW)) for fence in (1, 2, 1)]  # type: ignore[misc]
    assert claims == [None, "n1", None]


def test_a_cleaning_run_that_is_no_longer_running_holds_nobody_up() -> None:
    run(1, "lost", NOW, fence=1)
    run(2, "running")
    assert [database.write(lambda tx, f=fence: history.claim(tx, f, NOW)) for fence in (1, 2)] == [None, None]  # type: ignore[misc]


def test_of_several_at_once_one_cleans() -> None:
    answers = []
    barrier = threading.Barrier(6)
    for number in range(1, 7):
        run(number, "running")

    def claim(fence: int) -> None:
        barrier.wait(20)
        answers.append(database.write(lambda tx: history.claim(tx, fence, NOW)))
        database.drop_connection()

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["None", *["n1"] * 5]


def test_ended_jobs_and_the_count_of_holds_go_and_open_jobs_stay() -> None:
    for number, state, days in ((1, "done", 91), (2, "done", 89), (3, "queued", 400)):
        names = {"kind": "k", "organisation": "o", "backend": "b", "own_key": str(number), "added_by": "a"}
        ended_at = None if state == "queued" else days_ago(days)
        put("job", id=number, state=state, added_at=days_ago(days), ended_at=ended_at, **names)
    for minute, days in ((1, 31), (2, 29)):
        put("hold_minute", service=f"d{minute}", minute=int(days_ago(days)), holds=1, waited=0.0, held=1.0)
    assert clean() == {"jobs": 1, "holds": 1}
    assert ids("job") == [2, 3]
    assert ids("hold_minute", "service") == ["d2"]
