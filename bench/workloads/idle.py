"""W6: what a system costs that has nothing to do."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack, suppress
from zoneinfo import ZoneInfo

import psutil

from bench.ours import STACKS, Ours
from bench.peers import listed
from bench.runner import shortly
from bench.servers import Servers
from bench.system import Opener, Plan, System
from bench.workload import Column, Contender, Missing, Size, Turn, Values, Workload
from config.settings import PROFILES
from schedules.edit import Editor
from store import database
from store.tx import Tx

#: s that they get to come to rest.
REST = 15.0
SERVICES = 103
#: The catalogue's own services are disabled in these, so that none is due.
QUIET = tuple(Ours(stack, label=", 103 services") for stack in STACKS)
CATALOGUE = (
    Ours("embedded", label=", `tickworks up` with core"),
    Ours("embedded", label=", `tickworks up` with all profiles", profiles=sorted(set(PROFILES) - {"core"})),
)
OPENERS: tuple[Opener, ...] = (*QUIET, *CATALOGUE, *listed.IDLE)


def turn(servers: Servers, size: Size, names: Sequence[str]) -> Turn:
    """All of them side by side: they are idle."""
    with ExitStack() as last:
        systems: dict[str, System] = {}
        pages: set[int] = set()
        for opener in OPENERS:
            if opener.name not in names:
                continue
            try:
                plan = Plan(schedule="never", planned=0 if opener in CATALOGUE else SERVICES)
                systems[opener.name] = last.enter_context(opener.opened(servers, plan))
                if isinstance(opener, Ours):
                    # While the open database is that of this site.
                    pages.add(_page())
                if opener in QUIET:
                    _disable_catalogue()
            except Missing as missing:
                yield opener.name, missing
            except Exception as error:
                yield opener.name, Missing(f"failed: {shortly(error)}")
        time.sleep(min(REST, size.idle))
        before = {name: _seconds(system, pages) for name, system in systems.items()}
        began = time.monotonic()
        time.sleep(size.idle)
        minutes = (time.monotonic() - began) / 60
        for name, system in systems.items():
            after = _seconds(system, pages)
            yield name, _values(system, before[name], after, minutes)


def _disable_catalogue() -> None:
    """In the site that was opened last."""
    core = "SELECT name FROM service WHERE present AND enabled AND profile = 'core'"

    def disable(tx: Tx) -> None:
        editor = Editor(tx, by="bench", now=time.time(), zone=ZoneInfo("UTC"))
        for (name,) in tx.all(core):
            if not name.startswith("planned_"):
                editor.disable(name)

    database.write(disable)


def _page() -> int:
    """The pid of its web process, once it is up."""
    deadline = time.monotonic() + 60
    sql = "SELECT pid FROM process WHERE kind = 'web' AND state = 'up'"
    while not (pid := database.read().value(sql)):
        if time.monotonic() > deadline:
            raise RuntimeError("the web process did not come up")
        time.sleep(0.1)
    return int(pid)


Seconds = dict[str, float]


def _values(system: System, before: Seconds, after: Seconds, minutes: float) -> Values:
    used = {part: (after[part] - before[part]) / minutes for part in after}
    memory = [one.memory_full_info() for one in system.tree()]
    return {
        "engine": used["engine"],
        "cpu": used["engine"] + used["page"],
        "pss": sum(each.pss for each in memory) / 1e6,
        "processes": float(len(memory)),
    }


def _seconds(system: System, pages: Collection[int]) -> Seconds:
    """CPU time so far, of the web process and of all the others."""
    seconds = {"page": 0.0, "engine": 0.0}
    for one in system.tree():
        with suppress(psutil.NoSuchProcess):
            seconds["page" if one.pid in pages else "engine"] += sum(one.cpu_times()[:2])
    return seconds


WORKLOAD = Workload(
    name="w6",
    title="W6: idle",
    says="103 services enabled, none of them due, for five minutes, all systems side by side. CPU seconds a "
    "minute and memory (PSS: shared pages counted once) of its own processes, without the servers'. Engine = "
    "agent, beat, system worker and one worker; all = with the page. The rows of profiles are the real "
    "catalogue of `tickworks up`, whose core services do run in that time.",
    columns=(
        Column("engine", "engine, CPU s/min", 3),
        Column("cpu", "all, CPU s/min", 3),
        Column("pss", "PSS, MB", 0),
        Column("processes", "processes", 0),
    ),
    spread="cpu",
    contenders=tuple(Contender(each.name, lambda *_: {}) for each in OPENERS),
    turn=turn,
)
