"""Copies of a PostgreSQL database by pg_dump, of one moment and with its rows counted at that moment.

The address goes to PostgreSQL's programs by their environment: arguments could be read by anybody.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import psycopg
from psycopg import IsolationLevel, pq, sql

from config.secrets import redacted
from store.dump.problem import DumpProblem
from store.tx import Tx

#: Bytes read from pg_dump at a time, and how often (s) a stop is noticed while it says nothing.
CHUNK = 1 << 20
LOOK = 0.5
#: Where Debian keeps the programs of each version; the newest can dump all older servers.
PROGRAMS = Path("/usr/lib/postgresql")


def size(tx: Tx) -> int:
    """Bytes on the server, which is more than a copy takes."""
    return int(tx.value("SELECT pg_database_size(current_database())"))


def dump(url: str, target: Path, tick: Callable[[int], None]) -> dict[str, int]:
    """See `store.dump.dump`."""
    with _connected(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        tables = _tables(connection)
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={row[0]}"]
        with target.open("wb") as file:
            _run("pg_dump", words, url, lambda output: _pour(output, file, tick))
    return tables


def check(copy: Path, tables: Mapping[str, int]) -> None:
    """See `store.dump.check`."""
    with tempfile.TemporaryFile() as said:
        _run(
            "pg_restore", ["--list", str(copy)], None, lambda output: _pour(output, said, lambda count: None)
        )
        said.seek(0)
        words = [line.split() for line in said.read().decode(errors="replace").splitlines()]
    data = {line[line.index("DATA") + 2] for line in words if "DATA" in line and "TABLE" in line}
    if missing := sorted(tables.keys() - data):
        raise DumpProblem(f"the copy of the database lacks tables: {', '.join(missing)}")


def try_out(url: str, copy: Path, tables: Mapping[str, int]) -> None:
    """See `store.dump.try_out`."""
    name = f"tickworks_try_{uuid.uuid4().hex[:12]}"
    try:
        with _connected(url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
            try:
                scratch = psycopg.conninfo.make_conninfo(url, dbname=name)
                load(scratch, copy)
                with _connected(scratch) as restored:
                    found = _tables(restored)
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        raise DumpProblem("the role may not create a scratch database: ALTER ROLE … CREATEDB") from None
    if found != dict(tables):
        raise DumpProblem("restored, the copy of the database has other tables or rows than it should have")


def refuse_unless_empty(url: str) -> None:
    """See `store.dump.refuse_unless_empty`."""
    with _connected(url) as connection:
        if tables := _names(connection):
            raise DumpProblem(
                f"the database has {len(tables)} tables already: make an empty one; nothing was changed"
            )


def load(url: str, copy: Path) -> None:
    """See `store.dump.load`."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    words = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--dbname={name}"]
    with tempfile.TemporaryFile() as said:
        _run("pg_restore", [*words, str(copy)], url, lambda output: _pour(output, said, lambda count: None))


@contextmanager
def _connected(url: str, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=autocommit) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise DumpProblem(f"the database cannot be reached: {_first_line(str(error))}") from error


def _names(connection: psycopg.Connection) -> list[str]:
    # A partitioned table has no rows of its own: its partitions are tables like the others.
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " ORDER BY relname"
    )
    return [row[0] for row in rows]


def _tables(connection: psycopg.Connection) -> dict[str, int]:
    counted = {}
    for name in _names(connection):
        row = connection.execute(sql.SQL("SELECT COUNT(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counted[name] = int(row[0]) if row else 0
    return counted


def _run(name: str, words: Sequence[str], url: str | None, use: Callable[[BinaryIO], None]) -> None:
    """Run a program to its end and hand its output to `use`; whatever goes wrong, it is gone afterwards."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [_program(name), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(url),
        )
        try:
            use(cast(BinaryIO, process.stdout))
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            cast(IO[bytes], process.stdout).close()
        if code:
            errors.seek(0)
            said = _first_line(errors.read(8192).decode(errors="replace"))
            raise DumpProblem(f"{name} failed: {said or f'exit code {code}'}")


def _pour(output: BinaryIO, target: IO[bytes], tick: Callable[[int], None]) -> None:
    while True:
        if not select.select([output], [], [], LOOK)[0]:
            tick(0)
            continue
        if not (block := os.read(output.fileno(), CHUNK)):
            return
        target.write(block)
        tick(len(block))


def _program(name: str) -> str:
    versions = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise DumpProblem(f"{name} is not installed: apt-get install postgresql-client")
    return found


def _environment(url: str | None) -> dict[str, str]:
    values = dict(os.environ)
    for option in pq.Conninfo.parse(url.encode()) if url else ():
        if option.envvar and option.val is not None:
            values[option.envvar.decode()] = option.val.decode()
    return values


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return redacted(lines[0]) if lines else ""
