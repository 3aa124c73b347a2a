"""How does a run end, and who goes next in its thread?"""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from actors import Context, Outcome
from actors.context import StopRequested
from broker.runner.active import ENDED_BY, ActiveRun, Stopped
from coordinator import rescue
from store import database
from tests.broker.runner.bench import Bench
from tests.broker.runner.conftest import Outage


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def raised(error: BaseException) -> Any:
    def work(context: Context) -> Outcome:
        raise error

    return work


def returned(outcome: Any) -> Any:
    return lambda context: outcome


ENDINGS: dict[str, tuple[Any, str, str | None, str | None]] = {
    "nothing": (returned(None), "succeeded", "done", None),
    "partial": (returned(Outcome.partial("10 left", sent=2)), "succeeded", "partial", None),
    "failed": (returned(Outcome.failed("no disk")), "failed", "failed", "failed: no disk"),
    "a text": (returned("fine"), "failed", None, "the service returned 'fine'; expected an Outcome"),
    "a count in words": (returned(Outcome.done(sent="3")), "failed", None, "sent='3'; expected a number"),  # type: ignore[arg-type]
    "a count without end": (returned(Outcome.done(sent=float("inf"))), "failed", None, "sent=inf; expected"),
    "error": (raised(ValueError("no such host")), "failed", None, "ValueError: no such host"),
    "error without words": (raised(Silent()), "failed", None, "Silent: "),
    "exit": (raised(SystemExit(3)), "failed", None, "the service called sys.exit(3)"),
    "broken text": (raised(OSError("a\0b \udcff")), "failed", None, "OSError: a\N{REPLACEMENT CHARACTER}b"),
    "its own stop": (raised(StopRequested("enough")), "failed", None, "StopRequested: enough"),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_what_a_service_does_becomes_the_end_of_its_run(bench: Bench, how: str) -> None:
    work, state, outcome, error = ENDINGS[how]
    bench.add("tried", work)
    run = bench.run("tried")
    assert (run["state"], run["outcome"]) == (state, outcome)
    assert error in run["error"] if error else run["error"] is None


def test_a_broken_sentence_of_an_outcome_is_mended(bench: Bench) -> None:
    bench.add("tried", returned(Outcome.done("sent \0 to \ud800")))
    assert bench.run("tried")["message"] == "sent \N{REPLACEMENT CHARACTER} to \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("reason", ENDED_BY)
def test_a_run_that_sees_the_wish_ends_by_it(sqlite_bench: Bench, reason: str) -> None:
    def work(context: Context) -> Outcome:
        sqlite_bench.active.ask_to_stop(reason, 0.0)
        sqlite_bench.runner.draining.set()  # a drained run would come back to this thread at once
        return Outcome.partial() if context.stopping() else Outcome.done()

    sqlite_bench.add("asked", work)
    run = sqlite_bench.run("asked")
    assert sqlite_bench.attempts(run["id"]) == [ENDED_BY[reason]]


@pytest.mark.parametrize("reason", ENDED_BY)
def test_a_run_that_never_looks_has_succeeded_before_the_wish(sqlite_bench: Bench, reason: str) -> None:
    sqlite_bench.add("deaf", lambda context: sqlite_bench.active.ask_to_stop(reason, 0.0) and None)
    run = sqlite_bench.run("deaf")
    assert (run["state"], run["outcome"], run["error"]) == ("succeeded", "done", None)


def test_a_run_over_its_time_says_what_its_limit_was(sqlite_bench: Bench) -> None:
    def work(context: Context) -> None:
        sqlite_bench.active.ask_to_stop("time limit", 0.0)
        context.check_stop()

    sqlite_bench.add("slow", work, time_limit=90.0)
    run = sqlite_bench.run("slow")
    assert (run["state"], run["error"]) == ("failed", "took longer than its time limit of 90 s")


def test_an_interrupt_that_comes_as_the_service_returns_still_ends_the_run(
    sqlite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[ActiveRun] = []

    def left(run: ActiveRun) -> None:
        met.append(run)
        if len(met) == 1:
            run.ask_to_stop("cancel", 0.0)
            raise Stopped
        run.in_service = False

    monkeypatch.setattr(ActiveRun, "left_service", left)
    sqlite_bench.add("met", returned(None))
    run = sqlite_bench.run("met")
    assert (run["state"], met[0].in_service) == ("cancelled", False)


def test_those_who_wait_for_the_group_follow_in_the_same_thread(bench: Bench) -> None:
    order: list[tuple[str, int]] = []
    for name in ("first", "second", "third"):
        work = lambda context: order.append((context.service.name, threading.get_ident()))  # noqa: E731
        bench.add(name, work, run_groups=["disk"])
    runs = [bench.engine.request(name) for name in ("first", "second", "third")]
    bench.execute(runs[0])
    here = threading.get_ident()
    assert order == [("first", here), ("second", here), ("third", here)]
    assert (bench.engine.states(*runs), bench.sent) == (["succeeded"] * 3, [])
    assert bench.told == [(what, run) for run in runs for what in ("started", "ended")]
    assert bench.engine.held() == {}


def test_a_failed_run_hands_its_groups_on_too(sqlite_bench: Bench) -> None:
    sqlite_bench.add("breaks", raised(ValueError("no")), run_groups=["disk"])
    sqlite_bench.add("waits", returned(None), run_groups=["disk"])
    runs = [sqlite_bench.engine.request(name) for name in ("breaks", "waits")]
    sqlite_bench.execute(runs[0])
    assert sqlite_bench.engine.states(*runs) == ["failed", "succeeded"]


def test_who_waits_for_a_slot_follows_in_the_thread_that_has_got_free(bench: Bench) -> None:
    bench.engine.write(lambda tx: tx.run("UPDATE process SET slots = 1"))
    for name in ("first", "second"):
        bench.add(name, returned(None))
    runs = [bench.engine.request(name) for name in ("first", "second")]
    assert bench.engine.states(*runs) == ["granted", "queued"]
    bench.execute(runs[0])
    assert bench.engine.states(*runs) == ["succeeded", "succeeded"]


@pytest.mark.parametrize("groups", [["disk"], []], ids=["group", "no group"])
def test_a_thread_that_drains_takes_nobody_over(sqlite_bench: Bench, groups: list[str]) -> None:
    sqlite_bench.add("first", lambda context: sqlite_bench.runner.draining.set(), run_groups=groups)
    sqlite_bench.add("second", returned(None), run_groups=groups)
    runs = [sqlite_bench.engine.request(name) for name in ("first", "second")]
    sqlite_bench.execute(runs[0])
    assert sqlite_bench.engine.states(*runs) == ["succeeded", "granted"]
    assert sqlite_bench.attempts(runs[1]) == []


def test_a_drain_that_begins_while_the_end_waits_for_the_database_takes_nobody_over(
    sqlite_bench: Bench, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(context: Context) -> None:
        outage.left = 1

    monkeypatch.setattr(sqlite_bench.runner, "_trouble", lambda text: sqlite_bench.runner.draining.set())
    sqlite_bench.add("first", work, run_groups=["disk"])
    sqlite_bench.add("second", returned(None), run_groups=["disk"])
    runs = [sqlite_bench.engine.request(name) for name in ("first", "second")]
    sqlite_bench.execute(runs[0])
    assert sqlite_bench.engine.states(*runs) == ["succeeded", "granted"]


def test_an_end_waits_until_the_database_is_back_and_tells_it_once(
    bench: Bench, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    def work(context: Context) -> None:
        outage.left = 5

    bench.add("patient", work)
    assert bench.run("patient")["state"] == "succeeded"
    assert caplog.messages == ["an end cannot be written yet: database cannot be reached: gone for a moment"]


def test_an_end_that_is_not_ours_any_more_changes_nothing(bench: Bench) -> None:
    def work(context: Context) -> None:
        mine, rules = list(bench.engine.workers.values()), bench.engine.rules
        database.write(lambda tx: rescue.bury(tx, mine, rules, state="lost", reason="thawed late", now=1.0))

    bench.add("given_up", work, run_groups=["disk"])
    bench.add("next", returned(None), run_groups=["disk"])
    runs = [bench.engine.request(name) for name in ("given_up", "next")]
    run = bench.execute(runs[0])
    assert (run["state"], run["error"], bench.attempts(run["id"])) == ("lost", "thawed late", ["lost"])
    assert (bench.attempts(runs[1]), bench.sent) == ([], [])


def test_a_service_this_process_does_not_know_fails_its_run(sqlite_bench: Bench) -> None:
    sqlite_bench.add("gone", returned(None))
    run_id = sqlite_bench.engine.request("gone")
    del sqlite_bench.services["gone"]
    assert sqlite_bench.execute(run_id)["state"] == "failed"


def test_the_log_of_a_run_goes_on_where_its_last_attempt_stopped(bench: Bench) -> None:
    bench.add("twice", raised(ValueError("no")), retries=1)
    run_id = bench.engine.request("twice")
    bench.execute(run_id)
    bench.engine.clock.advance(60)
    bench.engine.look()
    bench.execute(run_id)
    rows = bench.engine.rows("SELECT n, text FROM run_log WHERE run_id = ? ORDER BY n", run_id)
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[1] for row in rows if row[1].startswith(("start", "end"))] == [
        "start: attempt 1 on n1",
        "end: ValueError: no",
        "start: attempt 2 on n1",
        "end: ValueError: no",
    ]


def test_what_a_running_service_says_is_seen_before_it_ends(bench: Bench) -> None:
    def work(context: Context) -> None:
        context.log.info("half", of="it")
        context.progress(1, 2)
        bench.runner.flush()
        row = bench.engine.run(context.run_id)
        seen.append((bench.log(context.run_id), row["progress_done"], row["progress_total"]))

    seen: list[Any] = []
    bench.add("talks", work)
    bench.run("talks")
    assert seen == [(["start: attempt 1 on n1", "half of=it"], 1.0, 2.0)]


def test_lines_that_could_not_be_written_come_with_the_next_look(sqlite_bench: Bench, outage: Outage) -> None:
    def work(context: Context) -> None:
        context.log.info("half")
        outage.left = 1
        with pytest.raises(Exception, match="gone for a moment"):
            sqlite_bench.runner.flush()
        sqlite_bench.runner.flush()

    sqlite_bench.add("talks", work)
    run = sqlite_bench.run("talks")
    assert run["state"] == "succeeded"
    assert sqlite_bench.log(run["id"]) == ["start: attempt 1 on n1", "half", "end: done"]


def test_lines_that_could_not_be_written_come_with_the_end_at_the_latest(
    sqlite_bench: Bench, outage: Outage
) -> None:
    def work(context: Context) -> None:
        context.log.info("half")
        outage.left = 1
        with pytest.raises(Exception, match="gone for a moment"):
            sqlite_bench.runner.flush()

    sqlite_bench.add("talks", work)
    run = sqlite_bench.run("talks")
    assert sqlite_bench.log(run["id"]) == ["start: attempt 1 on n1", "half", "end: done"]


def test_progress_of_a_retired_fence_is_not_written(sqlite_bench: Bench) -> None:
    def work(context: Context) -> None:
        context.progress(3, 4)
        sqlite_bench.engine.write(lambda tx: tx.run("UPDATE run SET fence = fence + 1"))
        sqlite_bench.runner.flush()

    sqlite_bench.add("talks", work)
    assert sqlite_bench.run("talks")["progress_done"] is None


def test_a_full_disk_of_the_log_costs_no_run_and_is_told_once(
    sqlite_bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    sqlite_bench.folder.mkdir()
    (sqlite_bench.folder / "talks.log").symlink_to("/dev/full")
    sqlite_bench.add("talks", lambda context: [context.log.info("half") for _ in range(3)] and None)
    run = sqlite_bench.run("talks")
    assert run["state"] == "succeeded"
    assert caplog.messages == ["talks.log cannot be written: No space left on device"]


def test_sys_exit_in_a_service_leaves_the_thread_to_the_next_run(sqlite_bench: Bench) -> None:
    sqlite_bench.add("leaves", lambda context: sys.exit("done with it"), run_groups=["disk"])
    sqlite_bench.add("stays", returned(None), run_groups=["disk"])
    runs = [sqlite_bench.engine.request(name) for name in ("leaves", "stays")]
    assert sqlite_bench.execute(runs[0])["error"] == "the service called sys.exit(done with it)"
    assert sqlite_bench.engine.state(runs[1]) == "succeeded"
