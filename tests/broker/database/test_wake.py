"""Who is woken, and when?"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from broker.database import wake
from broker.database.wake import EVERYONE, Bell, announce
from store import database
from store.tx import Tx

LONG = "tickworks.run." + "+".join(f"role{n}" for n in range(40))


def change(counts: Mapping[str, int]) -> None:
    """Commit a change and announce it, as its maker does."""

    def work(tx: Tx) -> None:
        tx.run("INSERT INTO claimed_run (run) SELECT COUNT(*) FROM claimed_run")
        announce(tx, counts)

    database.write(work)


def listening(*names: str) -> Bell:
    bell = Bell(names)
    bell.clear()
    return bell


@pytest.mark.parametrize("name", ["schedule", "größe 'x\" y", LONG], ids=["short", "odd", "long"])
def test_who_listens_to_a_name_is_woken_by_it(url: str, name: str) -> None:
    with listening("other", name) as bell:
        change({name: EVERYONE})
        assert bell.wait(20)


def test_who_listens_to_another_name_is_not_woken(url: str) -> None:
    with listening("a") as bell, listening("b") as other:
        change({"b": EVERYONE})
        assert (other.wait(20), bell.wait(0)) == (True, False)


def test_everyone_is_woken(url: str) -> None:
    with listening("a") as first, listening("a") as second:
        change({"a": EVERYONE})
        assert (first.wait(20), second.wait(20)) == (True, True)


def test_a_change_after_clear_ends_a_wait_that_begins_later(url: str) -> None:
    with listening("a") as bell:
        change({"a": 1})
        woken = bell.wait(20)
        bell.clear()
        assert (woken, bell.wait(0)) == (True, False)


def test_a_change_that_was_rolled_back_wakes_nobody(url: str) -> None:
    def fail(tx: Tx) -> None:
        announce(tx, {"a": EVERYONE})
        raise KeyError

    with listening("a", "b") as bell:
        with pytest.raises(KeyError):
            database.write(fail)
        assert not bell.wait(0)


def test_nobody_is_woken_before_the_commit(url: str) -> None:
    def work(tx: Tx) -> bool:
        announce(tx, {"a": EVERYONE})
        return bell.wait(0)

    with listening("a") as bell:
        early = database.write(work)
        assert (early, bell.wait(20)) == (False, True)


def test_another_thread_ends_the_wait(url: str) -> None:
    with listening("a") as bell:
        thread = threading.Thread(target=bell.wake)
        thread.start()
        assert bell.wait(20)
        thread.join()


def test_waking_a_closed_bell_does_nothing(url: str) -> None:
    bell = listening("a")
    bell.close()
    bell.close()
    bell.wake()


def test_a_bell_that_was_shut_hears_again_after_the_next_clear(url: str) -> None:
    with listening("a") as bell:
        bell.shut()
        bell.clear()
        change({"a": 1})
        assert bell.wait(20)


def test_ringing_without_any_listener_does_nothing(url: str) -> None:
    change({"a": EVERYONE})


def test_one_who_has_not_woken_up_yet_is_not_rung_again(opened_sqlite: str) -> None:
    rung = []
    with listening("a") as awake, listening("a"):
        for _ in range(2):
            change({"a": 1})
        for _ in range(4):
            awake.clear()
            change({"a": 1})
            rung.append(awake.wait(0))
    assert rung == [True] * 4


def test_the_work_goes_round(opened_sqlite: str) -> None:
    rung = []
    with listening("a") as first, listening("a") as second:
        for _ in range(4):
            change({"a": 1})
            rung.append((first.wait(0), second.wait(0)))
            first.clear()
            second.clear()
    assert (rung.count((True, False)), rung.count((False, True))) == (2, 2)


def test_one_who_does_not_want_to_be_rung_leaves_it_to_the_others(opened_sqlite: str) -> None:
    with listening("a") as busy, listening("a") as idle:
        busy.clear(wanted=lambda: False)
        for _ in range(2):
            change({"a": 1})
        assert (busy.wait(0), idle.wait(0)) == (False, True)


def test_an_idle_listener_writes_nothing_to_the_disk(opened_sqlite: str, tmp_path: Path) -> None:
    with listening("a") as bell:
        (plate,) = (tmp_path / "run").glob("*.bell")
        before = plate.stat().st_mtime_ns
        for _ in range(3):
            bell.clear()
        assert plate.stat().st_mtime_ns == before


def test_a_closed_bell_leaves_no_files(opened_sqlite: str, tmp_path: Path) -> None:
    with listening("a"):
        there = len(list((tmp_path / "run").iterdir()))
    assert (there, list((tmp_path / "run").iterdir())) == (2, [])


def test_a_folder_deeper_than_a_socket_address_can_say(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    database.open(f"sqlite:///{folder}/tickworks.db")
    try:
        with listening("a") as bell:
            wake.ring({"a": 1})
            assert (bell.wait(0), len(list((folder / "run").glob("*.sock")))) == (True, 1)
    finally:
        wake.hush()
        database.close()


def test_without_a_folder_for_sockets_it_waits_deaf_and_says_so_once(
    opened_sqlite: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "run").write_text("no folder")
    with listening("a") as bell:
        bell.clear()
        change({"a": 1})
        assert (bell.wait(0), [one.levelname for one in caplog.records]) == (False, ["WARNING"])


def test_a_ringer_that_was_let_go_of_leaves_nothing_open(opened_sqlite: str) -> None:
    with listening("a") as bell:
        change({"a": 1})
        wake.hush()
        gc.collect()  # an open socket would warn, and a warning is an error here
        bell.clear()
        change({"a": 1})
        assert bell.wait(0)
