"""When is what was written to SQLite on the disk, and who waits for that?"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store import database, flush
from store.errors import DatabaseAway
from store.tx import Tx
from tests.support.until import until


class Disk:
    """Stands for the disk: what each flush covered, by (inode of the log, names that were committed)."""

    def __init__(self) -> None:
        self.flushed: list[tuple[int, list[str]]] = []
        self.error: OSError | None = None
        self.slow = threading.Event()  # set: flushes take their time
        self.at_work = threading.Event()
        self.go_on = threading.Event()

    def flush(self, file: int) -> None:
        covered = kept()
        self.at_work.set()
        if self.slow.is_set():
            assert self.go_on.wait(20)
        if self.error is not None:
            raise self.error
        self.flushed.append((os.fstat(file).st_ino, covered))

    def holds(self, name: str) -> bool:
        return any(name in covered for _, covered in self.flushed)


@pytest.fixture(autouse=True)
def opened(tmp_path: Path) -> Iterator[None]:
    database.open(f"sqlite:///{tmp_path}/t.db")
    database.write(lambda tx: tx.run("CREATE TABLE kept (name TEXT PRIMARY KEY)"))
    yield
    database.close()


@pytest.fixture
def disk(opened: None, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(flush, "_flush", disk.flush)
    return disk


def keep(name: str) -> Callable[[Tx], int]:
    return lambda tx: tx.run("INSERT INTO kept (name) VALUES (?)", (name,))


def kept() -> list[str]:
    return [row[0] for row in database.read().all("SELECT name FROM kept ORDER BY name")]


def in_threads(*works: Callable[[], Any]) -> list[threading.Thread]:
    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            database.drop_connection()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    return threads


def test_a_durable_write_is_on_the_disk_when_it_returns(disk: Disk) -> None:
    database.write(keep("a"))
    assert disk.holds("a")


def test_a_write_that_a_power_cut_may_undo_waits_for_no_disk(disk: Disk) -> None:
    database.write(keep("a"), durable=False)
    assert disk.flushed == []


def test_while_the_disk_is_slow_others_see_it_and_write(disk: Disk) -> None:
    disk.slow.set()
    threads = in_threads(lambda: database.write(keep("a")))
    assert disk.at_work.wait(20)
    database.write(keep("b"), durable=False)
    assert (kept(), disk.flushed) == (["a", "b"], [])
    disk.go_on.set()
    for thread in threads:
        thread.join(20)
    assert disk.holds("a")


def test_threads_that_wait_share_the_next_flush(disk: Disk) -> None:
    disk.slow.set()
    threads = in_threads(lambda: database.write(keep("a")))
    assert disk.at_work.wait(20)
    threads += in_threads(*(lambda name=name: database.write(keep(name)) for name in "bcd"))  # type: ignore[misc]
    writer: Any = database._current and database._current.writer
    until(lambda: len(writer._flush._turns) == 3, "three wait for the disk")
    disk.go_on.set()
    for thread in threads:
        thread.join(20)
    assert [covered for _, covered in disk.flushed] == [["a"], ["a", "b", "c", "d"]]


def test_a_disk_that_refuses_is_told_and_what_was_committed_stands(disk: Disk) -> None:
    disk.error = OSError(errno.EIO, "Input/output error")
    with pytest.raises(DatabaseAway, match="its log cannot be flushed to the disk: Input/output error"):
        database.write(keep("a"))
    disk.error = None
    database.write(keep("b"))
    assert kept() == ["a", "b"]


def test_who_is_to_hear_of_a_commit_hears_it_before_the_disk_has_it(disk: Disk) -> None:
    heard: list[tuple[list[str], bool]] = []

    def work(tx: Tx) -> None:
        tx.after_commit(lambda: heard.append((kept(), disk.holds("a"))))
        keep("a")(tx)

    database.write(work)
    assert heard == [(["a"], False)]


def test_nobody_hears_of_what_was_undone(disk: Disk) -> None:
    heard: list[str] = []

    def work(tx: Tx) -> None:
        tx.after_commit(lambda: heard.append("a"))
        raise KeyError

    with pytest.raises(KeyError):
        database.write(work)
    assert (heard, disk.flushed) == ([], [])


def test_what_is_to_be_flushed_soon_is_without_anybody_waiting(disk: Disk) -> None:
    disk.slow.set()
    database.write(keep("a"), durable=False)
    database.flush_soon()
    assert disk.flushed == []
    disk.go_on.set()
    until(lambda: disk.holds("a"), "it was flushed")


def test_what_is_to_be_flushed_soon_is_when_the_database_is_closed(disk: Disk, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "t.db")  # or the log would go with the last connection
    other.execute("SELECT * FROM kept")
    database.write(keep("a"), durable=False)
    database.flush_soon()
    database.close()
    assert disk.flushed
    other.close()


def begin_a_new_log() -> None:
    """The log goes with the last connection."""
    writer: Any = database._current and database._current.writer
    writer._connection.close()
    writer._connection = None
    database.drop_connection()


def test_a_log_that_was_begun_anew_is_the_one_that_is_flushed(disk: Disk, tmp_path: Path) -> None:
    database.write(keep("a"))
    with (tmp_path / "t.db-wal").open("rb") as old:  # or its number would be given to the new one
        begin_a_new_log()
        assert not (tmp_path / "t.db-wal").exists()
        database.write(keep("b"))
        there = (tmp_path / "t.db-wal").stat().st_ino
        assert there != os.fstat(old.fileno()).st_ino
    assert disk.flushed[-1] == (there, ["a", "b"])


def test_a_thread_that_is_stopped_leaves_nobody_unflushed(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        pass

    disk.slow.set()
    threads = in_threads(lambda: database.write(keep("a")))
    assert disk.at_work.wait(20)
    told: list[str] = []

    def hit(file: int) -> None:
        if not told:
            told.append(threading.current_thread().name)
            raise Stopped
        disk.flush(file)

    def write(name: str) -> None:
        try:
            database.write(keep(name))
        except Stopped:
            told.append(name)

    threads += in_threads(lambda: write("b"), lambda: write("c"))
    writer: Any = database._current and database._current.writer
    until(lambda: len(writer._flush._turns) == 2, "two wait for the disk")
    monkeypatch.setattr(flush, "_flush", hit)
    disk.go_on.set()
    for thread in threads:
        thread.join(20)
    (_, stopped) = told
    assert disk.flushed[-1][1] == ["a", "b", "c"]
    assert stopped in ("b", "c")
