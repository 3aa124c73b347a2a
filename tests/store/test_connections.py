"""Which connection does a transaction use, and what becomes of one that broke?"""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import psycopg
import pytest

from store import database
from store.errors import DRIVER_ERRORS, DatabaseError
from store.tx import Tx
from tests.support.until import until

PID = "SELECT pg_backend_pid()"


class Stopped(BaseException):
    """What a thread is stopped with."""


pytestmark = pytest.mark.usefixtures("engine_database")


def keep(tx: Tx, name: str = "a") -> None:
    tx.run("INSERT INTO setting (name, value, changed_at) VALUES (?, '1', 0)", (name,))


def kept() -> list[str]:
    return [name for (name,) in database.read().all("SELECT name FROM setting ORDER BY name")]


def connection_of(tx: Tx) -> int:
    return id(tx.connection)


def in_a_thread(work: Any) -> Any:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(database.write(work)))
    thread.start()
    thread.join(20)
    return answers[0]


def test_threads_that_write_one_after_the_other_use_the_same_connection() -> None:
    first = database.write(connection_of)
    assert {in_a_thread(connection_of) for _ in range(4)} == {first}


def test_after_a_failure_the_connection_is_used_again_and_holds_nothing_of_it() -> None:
    first = database.write(connection_of)

    def failing(tx: Tx) -> None:
        keep(tx)
        tx.run("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(DatabaseError):
        database.write(failing)
    assert database.write(connection_of) == first
    assert kept() == []


def test_a_thread_that_is_stopped_in_a_transaction_leaves_nothing_open() -> None:
    inside, ended = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        keep(tx)
        inside.set()
        for _ in range(10_000_000):
            if ended.is_set():
                return

    def stopped() -> None:
        with pytest.raises(Stopped):
            database.write(work)
        database.drop_connection()

    thread = threading.Thread(target=stopped)
    thread.start()
    assert inside.wait(20)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Stopped))
    thread.join(20)
    ended.set()
    assert kept() == []
    database.write(lambda tx: keep(tx, "b"))
    assert kept() == ["b"]


def test_two_that_write_at_once_have_a_connection_each(postgresql_engine_database: str) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> int:
        pid: int = tx.value(PID)
        begun.set()
        assert go_on.wait(20)
        return pid

    pids: list[int] = []
    thread = threading.Thread(target=lambda: pids.append(database.write(slow)))
    thread.start()
    assert begun.wait(20)
    other = database.write(lambda tx: tx.value(PID))
    go_on.set()
    thread.join(20)
    assert pids != [other]


def test_a_server_that_was_started_anew_is_met_by_no_dead_connection(
    postgresql_engine_database: str,
) -> None:
    url = postgresql_engine_database
    pids = two_connections()
    with psycopg.connect(url, autocommit=True) as other:
        for pid in pids:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        until(lambda: not alive(other, pids), "their servers have ended")
    for _ in range(3):
        assert database.write(lambda tx: tx.value(PID)) not in pids


def test_after_a_failure_among_statements_said_together_all_are_understood(
    postgresql_engine_database: str,
) -> None:
    asked = [(f"SELECT 10 / (1 - CAST(? AS integer)), {number}", (1,)) for number in range(4)]
    fine = [(sql, (0,)) for sql, _ in asked]
    database.read().all(*fine[1])  # psycopg has seen one of them before
    for _ in range(2):
        with pytest.raises(DatabaseError, match="division by zero"):
            database.read().batch(asked)
        assert [rows[0][1] for rows in database.read().batch(fine)] == [0, 1, 2, 3]
        assert database.read().all(*fine[1]) == [(10, 1)]


def test_a_server_that_knows_none_of_its_statements_is_left_for_another(
    postgresql_engine_database: str,
) -> None:
    for name in "ab":
        database.write(lambda tx, name=name: keep(tx, name))  # type: ignore[misc]
    database.write(lambda tx: tx.connection.pgconn.exec_(b"DEALLOCATE ALL"))
    database.write(lambda tx: keep(tx, "c"))
    assert kept() == ["a", "b", "c"]


def alive(connection: Any, pids: set[int]) -> bool:
    sql = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)"
    return connection.execute(sql, (list(pids),)).fetchone() is not None


def two_connections() -> set[int]:
    """Both idle afterwards."""
    met = threading.Barrier(2)
    pids: set[int] = set()

    def work(tx: Tx) -> None:
        pids.add(tx.value(PID))
        met.wait(20)

    thread = threading.Thread(target=lambda: database.write(work))
    thread.start()
    database.write(work)
    thread.join(20)
    return pids


def test_what_is_closed_leaves_no_connection_open() -> None:
    connection: Any = database.write(lambda tx: tx.connection)
    database.close()
    with pytest.raises(DRIVER_ERRORS):
        connection.execute("SELECT 1")
