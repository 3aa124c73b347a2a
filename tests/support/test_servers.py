"""The servers of the tests: separate for each test, durable, and gone with the test run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support import postgresql
from tests.support.postgresql import PostgresqlServer
from tests.support.process import ServerFailed, free_port, require
from tests.support.until import until

ROOT = Path(__file__).parents[2]


@pytest.mark.postgresql
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(postgresql_url: str, turn: int) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE mine (turn int)")


@pytest.mark.postgresql
def test_a_killed_database_server_keeps_what_was_committed(postgresql_server: PostgresqlServer) -> None:
    with psycopg.connect(postgresql_server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    postgresql_server.kill()
    postgresql_server.start()
    with psycopg.connect(postgresql_server.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


@pytest.mark.postgresql
def test_a_server_comes_back_where_its_clients_look_for_it_or_not_at_all(
    postgresql_server: PostgresqlServer,
) -> None:
    port = postgresql_server.port
    postgresql_server.stop()
    try:
        with socket.create_server(("127.0.0.1", port)), pytest.raises(ServerFailed):
            postgresql_server.start()
    finally:
        postgresql_server.start()
    assert postgresql_server.port == port


def test_a_port_of_a_server_is_none_that_an_outgoing_connection_is_given() -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert {free_port() < first for _ in range(50)} == {first > 10_000}


def test_a_server_dies_with_a_test_run_that_is_killed(tmp_path: Path) -> None:
    require(postgresql.installed() is not None, "PostgreSQL", "postgresql")
    program = (
        "from tests.support.postgresql import PostgresqlServer\n"
        "server = PostgresqlServer()\n"
        "server.start()\n"
        "print(server.port, server.folder, flush=True)\n"
        "input()\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    assert run.stdin is not None
    port, folder = run.stdout.readline().split()
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    run.stdin.close()

    def refused() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(port))) != 0

    until(refused, "the server is gone")
    until(lambda: not (Path(folder) / "data" / "postmaster.pid").exists(), "it has tidied up")
    subprocess.run(["rm", "-rf", folder], check=True)
