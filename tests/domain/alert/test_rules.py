"""Does each rule find what is wrong, and nothing else?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.alert.facts import (
    CheckFact,
    DaemonFact,
    Facts,
    HookFact,
    JobsFact,
    LockedUser,
    LostNode,
    ProblemFact,
    RunningFact,
    ServiceFact,
    WaitFact,
)
from domain.alert.finding import RULES, Finding
from domain.alert.rules import findings

NOW = 1_800_000_000.0
MAIL = ServiceFact("mail", "Mail", misfire_window=300.0, interval=300.0)
DAILY = ServiceFact("night", "Night", interval=86_400.0)
WAIT = WaitFact(1, "mail", "Mail", NOW - 1000, "group", "waits for group g, held by X", group="g")
RUN = RunningFact(1, "mail", "Mail", "n1", NOW - 100, 600.0)
DAEMON = DaemonFact("radius", "Radius", desired=2, running=2)


def found(*services: ServiceFact, **more: Any) -> dict[str, Finding]:
    """rule -> what it finds, on a site whose beat has just ticked."""
    facts = Facts(NOW, services=services or (MAIL,), **{"beat_at": NOW - 1, **more})
    return {rule: each for (rule, _), each in findings(facts).items()}


def test_nothing_is_wrong_where_all_is_well() -> None:
    ok = replace(MAIL, due_since=NOW - 60, last_outcome="done", last_success_at=NOW)
    more = {"waits": [replace(WAIT, since=NOW - 599)], "running": [RUN], "daemons": [DAEMON]}
    assert found(ok, DAILY, **more) == {}


def test_each_rule_that_finds_something_is_listed_with_its_meaning() -> None:
    ill = replace(MAIL, missed=1, failures=3, last_outcome="failed")
    old = ServiceFact("backup_manager", "Backup", last_success_at=0.0)
    rules = found(
        ill,
        old,
        ServiceFact("mail_manager", "Mail Manager"),
        waits=[replace(WAIT, since=0.0)],
        running=[replace(RUN, started_at=0.0)],
        daemons=[replace(DAEMON, running=0, looping=1)],
        lost=[LostNode("n2", NOW - 5)],
        jobs=[JobsFact("create", "mail", 1, 0.0)],
        checks=[CheckFact("web1", "page", "failed", "status 500", 3)],
        hooks=[HookFact("billing", NOW - 60, "nobody listens there")],
        locked=[LockedUser("corp", "anna", "Anna Smith")],
        problems=[ProblemFact("directory_group corp/staff", "it is gone", "warning")],
        mails=1,
        mail_since=0.0,
        beat_at=0.0,
    )
    assert rules.keys() == RULES.keys()


def test_a_missed_time_is_told_for_an_hour_with_its_number() -> None:
    assert found(replace(MAIL, missed=3))["missed"].text == "Mail missed 3 planned times within the last hour"


def test_a_time_that_the_beat_left_out_is_missed_after_its_misfire_window() -> None:
    assert "missed" not in found(replace(MAIL, due_since=NOW - 300))
    told = found(replace(MAIL, due_since=NOW - 301))["missed"]
    assert told.text == "Mail should have started 5 min ago, and nothing was planned"
    assert "missed" not in found(replace(MAIL, due_since=NOW - 120, misfire_window=0.0))
    assert "missed" in found(replace(MAIL, due_since=NOW - 121, misfire_window=0.0))


def test_a_beat_that_stands_still_is_one_alert_and_not_one_for_each_service() -> None:
    assert found(replace(MAIL, due_since=NOW - 900), beat_at=NOW - 181).keys() == {"beat_stalled"}


def test_a_beat_that_never_ticked_has_three_minutes_to_begin() -> None:
    assert found(beat_at=None)["beat_stalled"].after == 180


def test_three_failures_in_a_row_are_told_and_two_are_not() -> None:
    assert "failing" not in found(replace(MAIL, failures=2, last_outcome="failed"))
    assert "3 times in a row" in found(replace(MAIL, failures=3, last_outcome="failed"))["failing"].text


def test_one_failure_is_told_where_the_next_try_is_a_day_away() -> None:
    assert "failing" in found(replace(DAILY, failures=1, last_outcome="lost"))
    assert "failing" not in found(replace(DAILY, failures=0, last_outcome="done"))


@pytest.mark.parametrize("how", ["paused", "maintenance", "disabled or not configured"])
def test_who_is_not_to_start_now_is_neither_missed_nor_stuck(how: str) -> None:
    ill = replace(MAIL, missed=1, resting=how == "paused", watched=not how.startswith("disabled"))
    jobs = [JobsFact("create", "mail", 1, 0.0)]
    waits = [replace(WAIT, since=0.0)]
    assert found(ill, maintenance=how == "maintenance", waits=waits, jobs=jobs) == {}


@pytest.mark.parametrize("code", ["paused", "disabled", "maintenance", "not_before"])
def test_a_run_that_is_held_back_on_purpose_is_not_stuck(code: str) -> None:
    assert found(waits=[replace(WAIT, since=0.0, code=code)]) == {}


def test_a_run_is_stuck_after_three_times_the_usual_but_at_least_15_minutes() -> None:
    assert "stuck_in_queue" in found(waits=[WAIT])
    assert "stuck_in_queue" not in found(waits=[replace(WAIT, since=NOW - 900)])
    assert "stuck_in_queue" not in found(waits=[replace(WAIT, usual=400.0)])
    long = found(waits=[replace(WAIT, since=NOW - 1201, usual=400.0)])["stuck_in_queue"]
    assert long.text == "Mail has waited 20 min: waits for group g, held by X"


def test_a_group_is_starved_after_ten_times_the_reservation() -> None:
    waits = [replace(WAIT, since=NOW - 601)]
    assert found(waits=waits, starved_after=600.0)["group_starved"].object == "run_group g"
    assert "group_starved" not in found(waits=waits, starved_after=601.0)
    assert "group_starved" not in found(waits=[replace(waits[0], group=None)])


def test_a_run_is_long_beyond_three_times_p95_and_a_minute() -> None:
    usual = [30.0] * 19 + [500.0]
    assert "95 of 100 runs" in found(running=[replace(RUN, durations=usual)])["running_long"].text
    assert found(running=[replace(RUN, durations=[34.0] * 20)]) == {}
    assert found(running=[replace(RUN, durations=[30.0] * 4)]) == {}
    short = replace(RUN, started_at=NOW - 59, durations=[0.1] * 20)
    assert found(running=[short]) == {}


def test_a_run_that_nears_its_time_limit_is_long() -> None:
    assert "is stopped after 124 s" not in str(found(running=[replace(RUN, time_limit=126.0)]))
    assert found(running=[replace(RUN, time_limit=124.0)])["running_long"].text.endswith("after 2 min")


def test_a_daemon_may_be_away_for_two_minutes() -> None:
    down = found(daemons=[replace(DAEMON, running=1, last_end="exit code 1")])["daemon_down"]
    assert (down.after, down.text) == (120, "Radius: 1 of 2 instances run; its last end: exit code 1")


def test_a_daemon_without_a_node_says_so() -> None:
    down = found(daemons=[DaemonFact("radius", "Radius", 1, 0, placeable=False)])["daemon_down"]
    assert down.text == "Radius does not run: no node that may run it is up"


def test_a_crash_loop_is_not_told_as_a_daemon_down_too() -> None:
    rules = found(daemons=[replace(DAEMON, running=1, looping=1, crashes=7, last_end="exit code 3")])
    assert rules.keys() == {"crash_loop"}
    assert rules["crash_loop"].text == "Radius has ended 7 times in a row; its last end: exit code 3"


def test_jobs_are_stuck_when_none_was_begun_for_two_starts_of_their_service() -> None:
    jobs = JobsFact("create", "mail", 2, NOW - 1801)
    assert found(jobs=[jobs])["job_queue_stuck"].object == "job_kind create"
    assert found(jobs=[replace(jobs, begun_at=NOW - 60)]) == {}
    assert found(DAILY, jobs=[replace(jobs, service="night", oldest=NOW - 100_000)]) == {}
    assert "job_queue_stuck" in found(DAILY, jobs=[replace(jobs, service="night", oldest=NOW - 172_801)])


def test_mail_is_stuck_only_while_its_service_should_send() -> None:
    sends = ServiceFact("mail_manager", "Mail Manager")
    more = {"mails": 2, "mail_since": NOW - 1801}
    assert "2 mails wait" in found(sends, **more)["outbox_stuck"].text
    assert found(replace(sends, watched=False), **more) == {}
    assert found(sends, mails=2, mail_since=NOW - 1800) == {}


def test_a_backup_is_old_after_26_hours() -> None:
    backup = ServiceFact("backup_manager", "Backup Manager", last_success_at=NOW - 26 * 3600)
    assert found(backup) == {}
    assert "1 d" not in found(replace(backup, last_success_at=NOW - 26 * 3600 - 1))["backup_old"].text
    assert found(replace(backup, last_success_at=NOW - 99 * 3600, watched=False)) == {}
    assert found(replace(backup, last_success_at=None))["backup_old"].after == 26 * 3600


def test_a_check_is_as_bad_as_its_last_look() -> None:
    levels = {"failed": ("error", "status 500"), "warning": ("warning", "status 500")}
    levels["good"] = ("warning", "good again, but not for long: status 500")
    for level, (severity, text) in levels.items():
        told = found(checks=[CheckFact("web1", "page", level, "status 500", 3)])["check"]
        assert (told.object, told.severity) == ("check web1/page", severity)
        assert told.text == f"web1/page: {text}"


def test_many_locked_users_of_one_directory_are_one_alert() -> None:
    few = [LockedUser("corp", f"user{n}", f"User {n}") for n in range(20)]
    assert len(findings(Facts(NOW, beat_at=NOW, locked=few))) == 20
    many = [*few, LockedUser("corp", "one.more", "One"), LockedUser("other", "anna", "Anna")]
    keys = findings(Facts(NOW, beat_at=NOW, locked=many))
    assert set(keys) == {("user_locked", "directory corp"), ("user_locked", "directory_user other/anna")}
