"""A database with millions of ended runs, made once and copied: what a site has after a month or a year."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from bench.servers import Servers
from bench.site import prepared
from store import database
from store.tx import Tx

SERVICES = 103
DAYS = 30.0
CHUNK = 250_000

_RUNS = """
    INSERT INTO run (service, trigger, state, planned_at, requested_at, queued_at, granted_at, started_at,
                     ended_at, node, outcome, priority, roles, attempt)
    SELECT {name}, 'schedule', CASE WHEN g % 10 = 0 THEN 'failed' ELSE 'succeeded' END,
           CAST({at} AS BIGINT), {at}, {at}, {at}, {at}, {at} + (g % 37) * 0.3,
           'n1', CASE WHEN g % 10 = 0 THEN 'failed' ELSE 'done' END, 5, 'master', 1
    FROM {numbers}"""
_ATTEMPTS = """
    INSERT INTO attempt (run_id, n, node, process_id, fence, granted_at, started_at, ended_at, ended)
    SELECT id, 1, node, 1, id, granted_at, started_at, ended_at, state FROM run
    WHERE id > ? AND id <= ?"""


def site_of(servers: Servers, stack: str, runs: int) -> Path:
    """The file of a site of 103 services with so many runs and attempts in the last 30 days."""
    key = f"history {stack} {runs}"
    if key not in servers.kept:
        folder = servers.new_folder()
        url = f"sqlite:///{folder}/history.db"
        if stack == "servers":
            name = _name(runs)
            servers.postgresql.add_database(name)
            url = servers.postgresql.url(name)
        file = prepared(folder, SERVICES, 0, url)
        fill(runs)
        database.close()
        servers.kept[key] = str(file)
    return Path(servers.kept[key])


@contextmanager
def copied(servers: Servers, stack: str, runs: int) -> Iterator[str]:
    """The address of a copy of such a database, written to the disk: what is on its way there delays all."""
    file = site_of(servers, stack, runs)
    if stack == "embedded":
        folder = servers.new_folder()
        (folder / "var").mkdir()
        shutil.copy(file.parent / "history.db", folder / "var" / "bench.db")
        os.sync()
        yield f"sqlite:///{folder}/var/bench.db"
        shutil.rmtree(folder)
        return
    name = f"{_name(runs)}_copy"
    servers.postgresql.add_database(name, template=_name(runs))
    with psycopg.connect(servers.postgresql.url(name), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    try:
        yield servers.postgresql.url(name)
    finally:
        servers.postgresql.drop_database(name)


def fill(runs: int) -> None:
    """Write the runs into the open database, chunk by chunk."""
    now = time.time()
    for first in range(0, runs, CHUNK):
        last = min(first + CHUNK, runs)
        database.write(partial(_chunk, runs=runs, now=now, first=first, last=last))
    if database.read().dialect == "postgresql":
        database.write(lambda tx: tx.run("ANALYZE"))


def _chunk(tx: Tx, runs: int, now: float, first: int, last: int) -> None:
    before = tx.value("SELECT COALESCE(MAX(id), 0) FROM run")
    span = DAYS * 86400
    at = f"({now - span!r} + {span / runs!r} * g)"
    if tx.dialect == "postgresql":
        numbers = f"generate_series({first}, {last - 1}) g"
        name = f"'service_' || lpad((g % {SERVICES})::text, 4, '0')"
    else:
        more = f"SELECT g + 1 FROM r WHERE g < {last - 1}"
        numbers = f"(WITH RECURSIVE r(g) AS (SELECT {first} UNION ALL {more}) SELECT g FROM r)"
        name = f"printf('service_%04d', g % {SERVICES})"
    tx.run(_RUNS.format(name=name, at=at, numbers=numbers))
    tx.run(_ATTEMPTS, (before, before + last - first))


def _name(runs: int) -> str:
    return f"history_{runs}"
