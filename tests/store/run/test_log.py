"""What of a long log is kept?"""

from __future__ import annotations

import pytest

from store import database
from store.run import log
from tests.support.engine import Engine
from web.shown.run_log import with_starts_and_ends

RUN = 7


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "HEAD", 3)
    monkeypatch.setattr(log, "TAIL", 4)
    monkeypatch.setattr(log, "_SLACK", 2)


@pytest.fixture
def run_id(engine_database: str) -> int:
    engine = Engine()
    engine.make_node()
    return engine.request(engine.make_service("talker"))


def write(run_id: int, first: int, last: int) -> None:
    lines = [(run_id, number, 1.0, "info", f"line {number}") for number in range(first, last + 1)]
    database.write(lambda tx: log.write(tx, lines))


def kept(run_id: int) -> list[int]:
    return [line["n"] for line in log.read(database.read(), run_id)]


def test_a_log_that_is_not_long_is_kept_whole(run_id: int) -> None:
    write(run_id, 1, 9)
    assert kept(run_id) == list(range(1, 10))


def test_of_a_long_log_the_head_and_the_tail_are_kept(run_id: int) -> None:
    write(run_id, 1, 9)
    write(run_id, 10, 30)
    assert kept(run_id) == [1, 2, 3, 27, 28, 29, 30]


def test_the_next_attempt_goes_on_behind_what_was_dropped(run_id: int) -> None:
    write(run_id, 1, 30)
    assert log.next_number(database.read(), run_id) == 31


def test_a_reader_is_told_how_many_lines_are_left_out(run_id: int) -> None:
    write(run_id, 1, 30)
    lines = with_starts_and_ends({"attempts": []}, log.read(database.read(), run_id))
    assert [line["text"] for line in lines[2:5]] == ["line 3", "23 lines are left out here", "line 27"]
