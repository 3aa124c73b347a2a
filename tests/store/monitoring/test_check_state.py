"""Is a look begun once and ended once, on both databases, and its history kept for its term?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.monitoring.check_state import CheckRule
from domain.monitoring.figures import Counters
from domain.objects.catalogue import find
from domain.objects.checked import checked
from domain.retention import DAY, Retention
from store import database, history
from store.monitoring import check_state, listed, server_state
from store.monitoring.check_state import Result, Start
from store.monitoring.server_state import Said
from store.object import write

NOW = 1_800_000_000.0
pytestmark = pytest.mark.usefixtures("engine_database")


def made(kind: str, /, **values: object) -> int:
    whole = checked(find(kind), values)
    return database.write(lambda tx: write.create(tx, kind, whole, now=NOW))


@pytest.fixture
def check() -> int:
    made("server", name="s")
    return made("check", server="s", name="page", kind="http")


def begin(*starts: Start, now: float = NOW) -> set[int]:
    return database.write(lambda tx: check_state.begin(tx, starts, now))


def end(*results: Result) -> set[int]:
    return set(database.write(lambda tx: check_state.end(tx, results)))


def test_of_two_that_begin_a_look_one_does(check: int) -> None:
    start = Start(check, 1, NOW + 300, NOW + 60)
    assert begin(start) == {check}
    assert begin(start) == set()
    assert begin(start, now=NOW + 30) == set()


def test_a_late_end_of_a_look_that_was_given_up_changes_nothing(check: int) -> None:
    first, second = Start(check, 1, NOW + 300, NOW + 60), Start(check, 1, NOW + 600, NOW + 400)
    begin(first)
    assert begin(second, now=NOW + 301) == {check}
    result = Result(check, NOW + 60, CheckRule(), NOW + 310, "failed", "late", None, "", 1.0)
    assert end(result) == set()
    assert end(replace(result, busy_until=NOW + 400, level="good", text="well")) == {check}
    assert end(replace(result, busy_until=NOW + 400)) == set()
    tx = database.read()
    assert [row["text"] for row in listed.results(tx, check, limit=9)] == ["well"]
    assert listed.checks(tx)[0]["level"] == "good"


def test_a_look_that_was_stopped_is_due_again(check: int) -> None:
    start = Start(check, 1, NOW + 300, NOW + 60)
    begin(start)
    database.write(lambda tx: check_state.give_back(tx, [start], NOW + 1))
    assert begin(Start(check, 1, NOW + 300, NOW + 62), now=NOW + 2) == {check}


def test_since_when_it_is_as_it_is_stays_while_it_is_so(check: int) -> None:
    for number, level in enumerate(("good", "failed", "failed")):
        at = NOW + 300 * number
        begin(Start(check, 1, at + 300, at + 60), now=at)
        end(Result(check, at + 60, CheckRule(1, 1), at + 1, level, "", None, "", 0.1))  # type: ignore[arg-type]
    row = listed.checks(database.read())[0]
    assert (row["level_since"], row["looked_at"], row["fails"], row["is_open"]) == (
        *(NOW + 301, NOW + 601, 2),
        True,
    )


def test_results_past_their_term_go_and_the_state_stays(check: int) -> None:
    for at in (NOW - 20 * DAY, NOW):
        begin(Start(check, 1, at + 300, at + 60), now=at)
        end(Result(check, at + 60, CheckRule(), at, "good", "", None, "", 0.1))
    gone = dict.fromkeys(("check_results",), 0)
    for what, number in history.clean(Retention(keep_results_days=14).terms(NOW), 500):
        gone[what] = gone.get(what, 0) + number
    assert gone["check_results"] == 1
    assert len(listed.results(database.read(), check, limit=9)) == 1


def test_counters_are_compared_over_a_while(check: int) -> None:
    server = int(database.read().value("SELECT id FROM server"))

    def keep(at: float, value: float | None) -> Counters | None:
        counters = None if value is None else Counters(at, 5.0, {("cpu.busy_seconds", ""): (value, 0)})
        said = Said(server, at, value is not None, "", counters)
        database.write(lambda tx: server_state.keep(tx, [said]))
        return server_state.counters(database.read()).get(server)

    assert keep(NOW, None) is None
    assert (keep(NOW + 1, 7.0) or Counters(0)).values == {("cpu.busy_seconds", ""): (7.0, 0)}
    assert (keep(NOW + 3, 8.0) or Counters(0)).at == NOW + 1  # too young to say a rate over
    assert (keep(NOW + 60, None) or Counters(0)).at == NOW + 1
    assert (keep(NOW + 61, 9.0) or Counters(0)).at == NOW + 61
    row = listed.servers(database.read())[0]
    assert (row["good"], row["good_since"]) == (True, NOW + 61)
