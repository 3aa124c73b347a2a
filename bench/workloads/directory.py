"""A domain of 10,000 users from a real controller into our tables: all of it, and what changed in it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from actors.directory.sync_ad_users import run as sync_ad_users
from actors.directory.sync_locked_users import run as sync_locked_users
from actors.service import Service, call
from actors.testing import testing_context
from backends.directory import read, write
from backends.directory.server import Server
from backends.directory.session import Session
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, migrate
from store.object import write as objects
from tests.support.real_samba import ADMIN, BASE, PASSWORD, RealSamba, real_samba

USERS, CHANGED = 10_000, 10
_ROOT = Path(__file__).parents[2]
_SERVICES: dict[str, Service] = {"copy": sync_ad_users, "locks": sync_locked_users}


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """s of the wall clock of each run of a service, and MB that its process had at most."""
    count = USERS if size.runs >= 1000 else size.runs
    with ExitStack() as last:
        controller = last.enter_context(real_samba(count))
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        _prepare(url, controller)
        first = _in_a_process(url, "copy")
        if first["new"] < count:
            raise RuntimeError(f"{first['new']} users copied of {count}")
        began = time.perf_counter()
        _change(controller)
        changing = time.perf_counter() - began
        after = _in_a_process(url, "copy")
        if (after["read"], after["changed"]) != (CHANGED, CHANGED):
            raise RuntimeError(f"{after} is not {CHANGED} changes")
        locks = _in_a_process(url, "locks")
        return {
            "first": first["wall"],
            "delta": after["wall"],
            "memory": max(each["memory"] for each in (first, after, locks)),
            "locks": locks["wall"],
            "members": _members(controller, count),
            "change": changing / CHANGED * 1000,
        }


def _prepare(url: str, controller: RealSamba) -> None:
    given = {"host": "127.0.0.1", "port": controller.port, "username": ADMIN, "password": "env:DC"}
    values = checked(find("directory"), {"name": "corp", "ca_file": controller.ca_file, **given})
    database.open(url)
    try:
        migrate.up()
        database.write(lambda tx: objects.create(tx, "directory", values, now=0.0))
    finally:
        database.close()


def _change(controller: RealSamba) -> None:
    with Session(_server(controller)) as session:
        for number in range(CHANGED):
            name = f"CN=User {number},OU=unit {number % 10},{BASE}"
            write.modify(session, name, {"displayName": write.put(str(time.time()))})


def _members(controller: RealSamba, count: int) -> float:
    """s to read the members of one group of them all."""
    with Session(_server(controller)) as session:
        began = time.perf_counter()
        found = sum(1 for _ in read.members(session, f"CN=everybody,{BASE}"))
        if found != count:
            raise RuntimeError(f"{found} members of {count}")
        return time.perf_counter() - began


def _in_a_process(url: str, what: str) -> dict[str, Any]:
    """Run a service in a process of its own, so that its memory is that of the run alone."""
    command = [sys.executable, "-m", "bench.workloads.directory", url, what]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=300)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _run(url: str, what: str) -> None:
    service = _SERVICES[what]
    database.open(url)
    context = testing_context(service, secrets={"env:DC": PASSWORD})
    options = service.options() if service.options else None
    began = time.perf_counter()
    outcome = call(service, context, options)
    if outcome is None or outcome.kind != "done":
        raise RuntimeError(f"{outcome} {context.ports.ended_steps}")
    wall, memory = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    database.close()
    print(json.dumps({"wall": wall, "memory": memory, **outcome.counts}))


def _server(controller: RealSamba) -> Server:
    return Server("127.0.0.1", ADMIN, PASSWORD, controller.port, controller.ca_file)


WORKLOAD = Workload(
    name="directory",
    title="A domain of 10,000 users",
    says="From a real Samba domain controller on this machine, over LDAPS with DirSync: SyncADUsersWork "
    "signs in, reads, compares and publishes all users and groups, then the 10 users that changed; "
    "SyncLockedUsersWork reads of all of them whether they are locked and when their passwords end. Each "
    "runs in a process of its own, and memory is that of the whole process.",
    columns=(
        Column("first", "first copy, s", 2),
        Column("delta", "10 changes, s", 2),
        Column("locks", "locks of all, s", 2),
        Column("memory", "memory at most, MB", 1),
        Column("members", "members of one group, s", 2),
        Column("change", "one change, ms", 1),
    ),
    spread="first",
    contenders=(
        Contender("SQLite", partial(measure, postgresql=False)),
        Contender("PostgreSQL", partial(measure, postgresql=True)),
    ),
    rounds=1,
)

if __name__ == "__main__":
    if len(sys.argv) == 3:
        _run(sys.argv[1], sys.argv[2])
    else:
        for each in WORKLOAD.contenders:
            with Servers() as started:
                print(f"{each.name:12}", each.measure(started, Size()), flush=True)
