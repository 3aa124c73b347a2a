"""A real PostgreSQL server of the tests' own, on a free port in a temporary folder."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.process import ServerFailed, end, free_port, start, wait_until

_STARTS = 3
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # A test's data need not survive a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


def installed() -> Path | None:
    """The folder of the server's programs, None if it is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    return Path(found[-1]).parent if found else None


class PostgresqlServer:
    """One server with a superuser `tickworks`. `kill`, `stop` and `start` keep its data."""

    def __init__(self, **settings: str) -> None:
        """`settings` of the server, over those of the tests: ``fsync="on"`` for a benchmark."""
        programs = installed()
        assert programs is not None
        self.settings = {**_SETTINGS, **settings}
        self.programs = programs
        self.user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="tickworks-postgresql-"))
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self.data = self.folder / "data"
        self.log = self.folder / "output.log"
        self.port = 0
        self.environment: dict[str, str] | None = None  # of the server, if not ours
        self._server: subprocess.Popen[bytes] | None = None
        self._served = False

    def start(self) -> None:
        """Start, on a new port the first time, and wait until it serves. Raises ServerFailed."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        for attempt in range(1, _STARTS + 1):
            if not self._served:  # its clients know it, once it has
                self.port = free_port()
            try:
                self._launch()
                self._served = True
                return
            except ServerFailed:
                self._end(signal.SIGQUIT)
                if attempt == _STARTS:
                    raise

    def stop(self) -> None:
        """A fast shutdown: clients are told and lose their transactions."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As in a crash; the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        """Of the process that runs, or ran."""
        assert self._server is not None
        return self._server.pid

    def running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def remove(self) -> None:
        """Stop for good and delete the data."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://tickworks@127.0.0.1:{self.port}/{database}"

    def add_database(self, database: str, template: str = "template1") -> None:
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), database, template)

    def drop_database(self, database: str) -> None:
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), database)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.format(*(sql.Identifier(name) for name in names)))

    def _initialise(self) -> None:
        initdb = [str(self.programs / "initdb"), "-D", str(self.data), "-U", "tickworks"]
        options = ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        process = start([*initdb, *options], log=self.log, user=self.user)
        if process.wait(120):
            raise ServerFailed(f"initdb failed; its output:\n{self.log.read_text(errors='replace')[-2000:]}")

    def _launch(self) -> None:
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        program = [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings]
        self._server = start(program, log=self.log, env=self.environment, user=self.user, parent_death="QUIT")
        wait_until(self._serves, self._server, self.log)

    def _serves(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: int) -> None:
        if self._server is not None:
            end(self._server, how=how)


def _user() -> str | None:
    """Whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"
