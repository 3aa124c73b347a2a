"""Is a copy of the database whole, of one moment, and refused when it is not?"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database, dump
from store.dump import DumpProblem
from tests.support.opened import DATABASES, opened_database
from tests.support.postgresql import PostgresqlServer
from tests.support.process import free_port
from tests.support.rows import run

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy"


def nothing(count: int) -> None:
    pass


def many_runs(count: int) -> None:
    for number in range(1, count + 1):
        run(number, "succeeded", NOW, error="x" * 20_000)


def test_a_copy_has_every_row_and_passes_its_checks(copy: Path) -> None:
    many_runs(5)
    tables = dump.dump(copy, nothing)
    assert (tables["run"], tables["event_rule"]) == (5, 1)
    dump.check(database.dialect(), copy, tables)
    dump.try_out(database.dialect(), copy, tables)


def test_writers_go_on_and_the_copy_is_of_one_moment(copy: Path) -> None:
    many_runs(300)
    go, done = threading.Event(), threading.Event()

    def write() -> None:
        go.wait(20)
        run(1000, "succeeded", NOW)
        done.set()
        database.drop_connection()

    writer = threading.Thread(target=write)
    writer.start()

    def tick(count: int) -> None:
        go.set()
        assert done.wait(20), "a writer must not wait for the copy"

    tables = dump.dump(copy, tick)
    writer.join()
    assert tables["run"] == 300
    dump.check(database.dialect(), copy, tables)
    dump.try_out(database.dialect(), copy, tables)


def test_rows_are_counted_at_the_moment_of_the_copy(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect() == "sqlite":
        pytest.skip("there the copy itself is counted")
    program = dump.postgresql._program

    def meanwhile(name: str) -> str:
        if name == "pg_dump":
            run(1, "succeeded", NOW)
        return program(name)

    monkeypatch.setattr(dump.postgresql, "_program", meanwhile)
    tables = dump.dump(copy, nothing)
    dump.try_out("postgresql", copy, tables)


def test_a_stop_ends_it_in_the_middle(copy: Path) -> None:
    many_runs(300)

    def stop(count: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        dump.dump(copy, stop)


def test_a_copy_that_was_cut_is_refused(copy: Path) -> None:
    many_runs(300)
    tables = dump.dump(copy, nothing)
    copy.write_bytes(copy.read_bytes()[:100])
    with pytest.raises(DumpProblem):
        dump.check(database.dialect(), copy, tables)


def test_a_copy_that_lacks_a_table_is_refused(copy: Path) -> None:
    tables = dump.dump(copy, nothing)
    with pytest.raises(DumpProblem, match="tables"):
        dump.check(database.dialect(), copy, {**tables, "invoice": 1})


def test_a_restore_test_compares_rows(copy: Path) -> None:
    tables = dump.dump(copy, nothing)
    with pytest.raises(DumpProblem, match="other tables or rows"):
        dump.try_out(database.dialect(), copy, {**tables, "run": 7})


def test_a_database_with_something_in_it_is_never_loaded_over(copy: Path) -> None:
    run(1, "succeeded", NOW)
    dump.dump(copy, nothing)
    with pytest.raises(DumpProblem, match="nothing was changed"):
        dump.load(database.url(), copy)
    assert database.read().value("SELECT COUNT(*) FROM run") == 1


def test_a_server_that_is_away_is_one_line_without_a_password(copy: Path) -> None:
    if database.dialect() == "sqlite":
        pytest.skip("there is no server")
    database.open(f"postgresql://u:hunter2@127.0.0.1:{free_port()}/x")
    with pytest.raises(DumpProblem, match="cannot be reached") as caught:
        dump.dump(copy, nothing)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_role_that_may_not_make_databases_says_so(copy: Path, request: pytest.FixtureRequest) -> None:
    if database.dialect() == "sqlite":
        pytest.skip("there are no roles")
    tables = dump.dump(copy, nothing)
    server: PostgresqlServer = request.getfixturevalue("shared_postgresql")
    name = f"poor_{copy.parent.name}"
    database.connection().execute(f'CREATE ROLE "{name}" LOGIN')
    try:
        database.open(server.url().replace("tickworks@", f"{name}@"))
        with pytest.raises(DumpProblem, match="CREATEDB"):
            dump.try_out("postgresql", copy, tables)
    finally:
        database.open(server.url())
        database.connection().execute(f'DROP ROLE "{name}"')


def test_an_interrupted_load_leaves_no_half_database(copy: Path, tmp_path: Path) -> None:
    if database.dialect() == "postgresql":
        pytest.skip("there it is one transaction")
    target = tmp_path / "new" / "t.db"
    with pytest.raises(FileNotFoundError):
        dump.load(f"sqlite:///{target}", copy)
    assert list(target.parent.iterdir()) == []
    sqlite3.connect(copy).close()
