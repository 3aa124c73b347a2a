"""Do writers of one SQLite file share a commit without sharing their faults?"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

from store import busy, database, writer
from store.errors import DatabaseAway, DatabaseError
from store.tx import Tx
from tests.support.until import until

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def opened(tmp_path: Path) -> Iterator[str]:
    url = f"sqlite:///{tmp_path}/t.db"
    database.open(url)
    database.write(lambda tx: tx.run("CREATE TABLE kept (name TEXT PRIMARY KEY, text TEXT)"))
    yield url
    database.close()


def keep(name: str, text: str = "") -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.run("INSERT INTO kept (name, text) VALUES (?, ?)", (name, text))
        return name

    return work


def kept() -> list[str]:
    return [row[0] for row in database.read().all("SELECT name FROM kept ORDER BY name")]


def together(*works: Callable[[Tx], Any]) -> list[Any]:
    """Run these writes, each in a thread of its own, as one group; their results or errors."""
    answers: list[Any] = [None] * len(works)
    begun, go_on = threading.Event(), threading.Event()

    def first(tx: Tx) -> None:
        begun.set()
        assert go_on.wait(20)

    def one(n: int) -> None:
        try:
            answers[n] = database.write(works[n])
        except BaseException as error:
            answers[n] = error
        finally:
            database.drop_connection()

    leader = threading.Thread(target=lambda: (database.write(first), database.drop_connection()))
    leader.start()
    assert begun.wait(20)
    others = []
    writer: Any = database._current and database._current.writer
    for n in range(len(works)):
        others.append(threading.Thread(target=one, args=(n,)))
        others[-1].start()
        until(lambda n=n: len(writer._turns) == n + 1, "the write waits")  # type: ignore[misc]
    go_on.set()
    for thread in (leader, *others):
        thread.join(20)
    return answers


def test_those_who_wait_are_committed_together() -> None:
    seen: list[int] = []

    def count(name: str) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            keep(name)(tx)
            # Another connection sees nothing of a group before its commit.
            with sqlite3.connect(database.sqlite_path(database.url())) as other:
                seen.append(other.execute("SELECT COUNT(*) FROM kept").fetchone()[0])
            other.close()

        return work

    assert together(count("a"), count("b"), count("c")) == [None, None, None]
    assert (seen, kept()) == ([0, 0, 0], ["a", "b", "c"])


def test_one_that_fails_undoes_nobody_else() -> None:
    def fails(tx: Tx) -> None:
        keep("half")(tx)
        raise ValueError("no")

    answers = together(keep("a"), fails, keep("b"))
    assert [str(answer) for answer in answers] == ["a", "no", "b"]
    assert kept() == ["a", "b"]


def test_one_that_violates_a_key_undoes_nobody_else() -> None:
    answers = together(keep("a"), keep("a"), keep("b"))
    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1
    assert kept() == ["a", "b"]


def test_a_thread_that_is_stopped_takes_only_its_own_write_with_it() -> None:
    class Stopped(BaseException):
        pass

    stopped: list[str] = []

    def work(name: str) -> Callable[[Tx], str]:
        def one(tx: Tx) -> str:
            keep(name)(tx)
            if name == "b" and not stopped:
                stopped.append(threading.current_thread().name)
                raise Stopped  # whoever leads is stopped while it runs b's work
            return name

        return one

    answers = together(*(work(name) for name in "abc"))
    hit = [name for name, answer in zip("abc", answers, strict=True) if isinstance(answer, Stopped)]
    assert len(hit) == 1
    assert kept() == sorted(set("abc") - set(hit))


def test_a_write_within_a_write_is_a_fault_of_the_program() -> None:
    with pytest.raises(RuntimeError, match="a write inside a write"):
        database.write(lambda tx: database.write(keep("a")))
    database.write(keep("b"))
    assert kept() == ["b"]


def two_pages_are_left(tx: Tx) -> None:
    tx.all(f"PRAGMA max_page_count = {tx.value('PRAGMA page_count') + 2}")


def test_a_full_disk_is_told_and_leaves_nothing_half_done() -> None:
    database.write(two_pages_are_left)

    def much(tx: Tx) -> None:
        keep("small")(tx)
        keep("large", "x" * 200_000)(tx)

    with pytest.raises(DatabaseAway, match="database cannot be written: database or disk is full"):
        database.write(much)
    assert kept() == []
    database.write(keep("fits"))
    assert kept() == ["fits"]


def test_of_a_group_on_a_full_disk_exactly_those_are_kept_that_were_told_so() -> None:
    def limited(tx: Tx) -> str:
        two_pages_are_left(tx)
        return keep("limited")(tx)

    answers = together(limited, keep("large", "x" * 200_000), keep("small"))
    told = [answer for answer in answers if isinstance(answer, str)]
    assert isinstance(answers[1], DatabaseAway)
    assert kept() == sorted(told)


def test_a_file_locked_by_another_program_is_told_and_written_when_it_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(busy, "BUSY_TIMEOUT", 20)
    other = sqlite3.connect(database.sqlite_path(database.url()), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseAway, match="database cannot be written: database is locked"):
        database.write(keep("a"))
    assert kept() == []
    other.execute("ROLLBACK")
    other.close()
    database.write(keep("a"))
    assert kept() == ["a"]


def test_who_waits_for_another_program_keeps_no_other_process_from_asking_too(
    opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(database.sqlite_path(opened), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    taken: list[bool] = []
    with Path(f"{database.sqlite_path(opened)}.lock").open() as lock:

        def pause(_: float) -> None:
            taken.append(_is_taken(lock))
            other.execute("ROLLBACK")

        monkeypatch.setattr(writer, "time", SimpleNamespace(sleep=pause))
        database.write(keep("a"))
    other.close()
    assert (taken, kept()) == ([False], ["a"])


def _is_taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(lock, fcntl.LOCK_UN)
    return False


def test_two_processes_take_turns(opened: str) -> None:
    database.write(lambda tx: tx.run("INSERT INTO kept VALUES ('count', '0')"))
    program = (
        "import sys\n"
        "from store import database\n"
        "database.open(sys.argv[1])\n"
        "def more(tx):\n"
        "    now = int(tx.value(\"SELECT text FROM kept WHERE name = 'count'\"))\n"
        "    tx.run(\"UPDATE kept SET text = ? WHERE name = 'count'\", (str(now + 1),))\n"
        "for _ in range(100):\n"
        "    database.write(more, durable=False)\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, opened], cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in started] == [0, 0]
    assert database.read().value("SELECT text FROM kept") == "200"


def test_a_database_opened_before_a_fork_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with pytest.raises(RuntimeError, match="before a fork"):
        database.write(keep("a"))
