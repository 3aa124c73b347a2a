"""A domain of 10,000 users from a real domain controller: all of it, and what changed in it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from backends.directory import filters, read, write
from backends.directory.changes import Changes
from backends.directory.server import Server
from backends.directory.session import Session
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from tests.support.real_samba import ADMIN, BASE, PASSWORD, RealSamba, real_samba

USERS, CHANGED = 10_000, 10
#: What a mirror of users keeps.
ATTRIBUTES = [
    *("sAMAccountName", "userPrincipalName", "mail", "employeeID", "givenName", "sn", "displayName"),
    *("userAccountControl", "lockoutTime", "pwdLastSet", "accountExpires", "memberOf"),
]
WHAT = filters.USERS | filters.UNITS
_ROOT = Path(__file__).parents[2]


def measure(servers: Servers, size: Size) -> Values:
    """s of the wall clock of each read, with the sign-in, and MB that the process had at most."""
    count = USERS if size.runs >= 1000 else size.runs
    with real_samba(count) as controller:
        first = _in_a_process(controller, "")
        if first["read"] < count:
            raise RuntimeError(f"{first['read']} objects of {count} users")
        began = time.perf_counter()
        _change(controller)
        changing = time.perf_counter() - began
        after = _in_a_process(controller, first["cursor"])
        if after["read"] != CHANGED:
            raise RuntimeError(f"{after['read']} objects of {CHANGED} that changed")
        return {
            "first": first["wall"],
            "delta": after["wall"],
            "memory": first["memory"],
            "members": _members(controller, count),
            "change": changing / CHANGED * 1000,
        }


def _change(controller: RealSamba) -> None:
    with Session(_server(controller.port, controller.ca_file)) as session:
        for number in range(CHANGED):
            name = f"CN=User {number},OU=unit {number % 10},{BASE}"
            write.modify(session, name, {"displayName": write.put(str(time.time()))})


def _members(controller: RealSamba, count: int) -> float:
    """s to read the members of one group of them all."""
    with Session(_server(controller.port, controller.ca_file)) as session:
        began = time.perf_counter()
        found = sum(1 for _ in read.members(session, f"CN=everybody,{BASE}"))
        if found != count:
            raise RuntimeError(f"{found} members of {count}")
        return time.perf_counter() - began


def _in_a_process(controller: RealSamba, cursor: str) -> dict[str, Any]:
    """Read in a process of its own, so that its memory is that of the read alone."""
    words = [str(controller.port), controller.ca_file, cursor]
    command = [sys.executable, "-m", "bench.workloads.directory", *words]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=300)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _read(port: int, ca_file: str, cursor: str) -> None:
    """Keep what is read, as whoever compares it with what is known does."""
    began = time.perf_counter()
    with Session(_server(port, ca_file)) as session:
        changes = Changes(session, cursor or None, WHAT, ATTRIBUTES)
        found = list(changes)
    told = {
        "wall": time.perf_counter() - began,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "read": len(found),
        "cursor": changes.cursor,
    }
    print(json.dumps(told))


def _server(port: int, ca_file: str) -> Server:
    return Server("127.0.0.1", ADMIN, PASSWORD, port, ca_file)


WORKLOAD = Workload(
    name="directory",
    title="A domain of 10,000 users",
    says="From a real Samba domain controller on this machine, over LDAPS with DirSync: sign in, read all "
    "users with what a mirror keeps of them, then the 10 that changed; memory is that of the whole process.",
    columns=(
        Column("first", "first read, s", 2),
        Column("delta", "10 changes, s", 2),
        Column("memory", "memory at most, MB", 1),
        Column("members", "members of one group, s", 2),
        Column("change", "one change, ms", 1),
    ),
    spread="first",
    contenders=(Contender("tickworks", measure),),
    rounds=1,
)

if __name__ == "__main__":
    if len(sys.argv) == 4:
        _read(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    else:
        with Servers() as started:
            print(measure(started, Size()), flush=True)
