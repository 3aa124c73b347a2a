"""*Test connection* of a server and of a check: what is asked now, and what came back, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from time import time
from typing import TYPE_CHECKING, Any

from actors.watching import found, secrets
from actors.watching.check import PARTS, Readings, probe
from actors.watching.server import INVENTORY, LEVELS, SERVICES, Secret, Server, reading
from store.monitoring.check_state import Start

if TYPE_CHECKING:
    from backends.probe.reading import Reading

#: Seconds that somebody waits for an answer.
PATIENCE = 20.0
#: A reading in words: what, and which figure.
TOLD = (("CPU", "cpu.percent"), ("memory", "memory.used_percent"))

Lines = list[tuple[bool, str]]


def try_server(found: Mapping[str, Any], secret: Secret) -> Lines:
    """Read the server the way it says. Raises nothing: what fails is a line."""
    from backends.error import BackendError
    from backends.probe.sweep import gather

    server = dict(found)
    if server["read_by"] == "nothing":
        return [(False, "nothing reads this server: say how in its field read by")]
    follow = secrets.read(secret, [server])
    parts = (LEVELS, SERVICES, INVENTORY)
    answer = gather({0: partial(reading, server, follow, time(), parts=parts)}, deadline=PATIENCE)[0]
    if isinstance(answer, BackendError):
        return [(False, str(answer))]
    return _told(answer[0])


def _told(said: Reading) -> Lines:
    name = said.inventory.get("name", "a server")
    lines: Lines = [(True, f"{name}: {len(said.figures)} figures, {len(said.services)} services")]
    for title, metric in TOLD:
        value = said.value(metric)
        lines.append((value is not None, f"{title}: {'not told' if value is None else f'{value:.0f} %'}"))
    disks = sorted(about for metric, about, _ in said.figures if metric == "disk.used_percent")
    lines.append((bool(disks), f"disks: {', '.join(disks) or 'none told'}"))
    return lines + [(False, note) for note in said.notes]


def try_check(found_check: Mapping[str, Any], secret: Secret) -> Lines:
    """Look once: what it found, and how good that is. Nothing is kept."""
    from backends.probe import sweep
    from store import database
    from store.object import read

    check = dict(found_check)
    server: Server | None = read.by_id(database.read(), "server", check["server_id"])
    if server is None:
        return [(False, f"its server {check['server']} is gone")]
    follow, now = secrets.read(secret, [server], [check]), time()
    parts = {server["id"]: {PARTS[check["kind"]]}} if check["kind"] in PARTS else {}
    readings = Readings(follow, now, parts, {})
    seen = sweep.ask(probe(check, server, follow, readings, now), deadline=check["timeout"] + PATIENCE)
    start = Start(check["id"], check["revision"], now, now)
    result = found.result(check, start, seen, now, "unknown")
    return [(result.level != "failed", f"{result.level}: {result.text} ({result.took:.2f} s)")]
