"""What goes wrong, by name. Each begins, lasts for its span and is over when its function returns.

A fault that lasts leaves a healer with the site, so that an interrupted run leaves none behind. What
the machine cannot do is left out by name (`ChaosSite.lacks`).
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import psutil

from tests.chaos import clock_offset
from tests.chaos.api import Away
from tests.chaos.disk import Disk
from tests.chaos.late_holder import late_holder
from tests.chaos.moment import Fault, Moment, send, thaw
from tests.chaos.site import LEASE


def kill(kind: str) -> Fault:
    """kill -9 of one process of a kind, on any node."""

    def fault(moment: Moment) -> None:
        moment.killed += send([_pick(moment, kind)], signal.SIGKILL)

    return fault


def kill_worker(moment: Moment) -> None:
    """kill -9 of a worker, one that is at work if there is one."""
    moment.killed += send([_at_work(moment, in_groups=False) or _pick(moment, "worker")], signal.SIGKILL)


def kill_agent(moment: Moment) -> None:
    """kill -9 of an agent; its node comes back after up to two leases."""
    node = moment.node()
    moment.killed += [process.pid for process in node.tree()]
    assert node.process is not None
    node.process.kill()
    node.process.wait(10)
    moment.stop.wait(moment.rng.uniform(0, 2 * LEASE))
    moment.site.start(node)


def freeze_worker(moment: Moment) -> None:
    """SIGSTOP of a worker, one that holds groups if there is one."""
    _freeze(moment, [psutil.Process(_at_work(moment, in_groups=True) or _pick(moment, "worker"))])


def freeze_node(moment: Moment) -> None:
    """SIGSTOP of a whole node, as of a virtual machine that is moved."""
    _freeze(moment, moment.node().tree())


def freeze_server(name: str) -> Fault:
    """SIGSTOP of every process of a server."""

    def fault(moment: Moment) -> None:
        server = psutil.Process(getattr(moment.site, name).pid)
        _freeze(moment, [server, *server.children(recursive=True)])

    return fault


def restart(name: str, how: str) -> Fault:
    """A server is stopped or killed, and is back after the span."""

    def fault(moment: Moment) -> None:
        server = getattr(moment.site, name)
        moment.site.healers.append(lambda: None if server.running() else server.start())
        getattr(server, how)()
        moment.last()
        moment.site.heal()

    return fault


def purge_queues(moment: Moment) -> None:
    """Every queue is emptied but that of requests: what nobody has read yet is not ours to keep."""
    server, vhost = moment.site.rabbitmq, moment.site.name
    assert server is not None
    for queue in server.api("GET", f"queues/{vhost}"):
        if queue["name"] != "tickworks.requests":
            server.api("DELETE", f"queues/{vhost}/{quote(queue['name'], safe='')}/contents")


def wire(which: str, what: str, *words: float) -> Fault:
    """The wire of one node to its database or broker is cut, dropped or slow."""

    def fault(moment: Moment) -> None:
        link = getattr(moment.node(), which)
        moment.site.healers.append(link.heal)
        getattr(link, what)(*words)
        moment.last()
        moment.site.heal()

    return fault


def shift_clock(moment: Moment) -> None:
    """One node's clock is wrong by up to `SKEW`, and is set right again by a jump."""
    node = moment.node()
    moment.site.healers.append(lambda: clock_offset.write(node.clock, 0.0))
    clock_offset.write(node.clock, moment.rng.uniform(-SKEW, SKEW))
    moment.last()
    moment.site.heal()


def lock_database(moment: Moment) -> None:
    """Another program keeps the file locked."""
    file = moment.site.nodes[0].folder / "var" / "tickworks.db"
    other = sqlite3.connect(file, isolation_level=None, timeout=20)
    moment.site.healers.append(other.close)
    other.execute("BEGIN IMMEDIATE")
    moment.last()
    moment.site.heal()


def fill_disk(moment: Moment) -> None:
    """No byte is left where the database's files are. A server that gives up is started again."""
    site = moment.site
    assert site.disk is not None
    _fill(moment, site.disk)
    if site.postgresql is not None and not site.postgresql.running():
        site.postgresql.start()


def fill_logs(moment: Moment) -> None:
    """No byte is left where one node's log files are."""
    _fill(moment, moment.node().logs)


def slow_disk(moment: Moment) -> None:
    """Each flush of the database's files takes `FLUSH` s longer, as on a disk that is overloaded."""
    disk = moment.site.disk
    assert disk is not None
    moment.site.healers.append(lambda: disk.slow(0.0))
    disk.slow(FLUSH)
    moment.last()
    moment.site.heal()


def _fill(moment: Moment, disk: Disk) -> None:
    moment.site.healers.append(disk.free)
    disk.fill()
    moment.last()
    moment.site.heal()


#: s by which a clock is made wrong at most.
SKEW = 90.0
#: s that a flush takes longer on a slow disk.
FLUSH = 0.2

ANYWHERE: dict[str, Fault] = {
    "kill_worker": kill_worker,
    "kill_system_worker": kill("system"),
    "kill_beat": kill("beat"),
    "kill_web": kill("web"),
    "kill_daemon": kill("daemon"),
    "kill_agent": kill_agent,
    "freeze_worker": freeze_worker,
    "freeze_node": freeze_node,
    "late_holder": late_holder,
    "shift_clock": shift_clock,
    "fill_disk": fill_disk,
    "fill_logs": fill_logs,
    "slow_disk": slow_disk,
}
EMBEDDED: dict[str, Fault] = {"lock_database": lock_database}
SERVERS: dict[str, Fault] = {
    "restart_rabbitmq": restart("rabbitmq", "stop"),
    "kill_rabbitmq": restart("rabbitmq", "kill"),
    "purge_queues": purge_queues,
    "freeze_rabbitmq": freeze_server("rabbitmq"),
    "restart_postgresql": restart("postgresql", "stop"),
    "kill_postgresql": restart("postgresql", "kill"),
    "freeze_postgresql": freeze_server("postgresql"),
    "cut_database": wire("database", "cut"),
    "break_database": wire("database", "drop"),
    "slow_network": wire("database", "delay", 0.05),
    "cut_broker": wire("broker", "cut"),
    "break_broker": wire("broker", "drop"),
}
FAULTS: dict[str, dict[str, Fault]] = {
    "embedded": ANYWHERE | EMBEDDED,
    "servers": ANYWHERE | SERVERS,
}


def _pick(moment: Moment, kind: str) -> int:
    """The pid of one process of a kind. Raises Away when none is known."""
    pids = [row["pid"] for row in moment.site.processes() if row["kind"] == kind and row["state"] == "up"]
    ours = {process.pid for node in moment.site.nodes for process in node.tree()}
    if not ours & set(pids):
        raise Away(f"no {kind} process is known")
    return int(moment.rng.choice(sorted(ours & set(pids))))


def _at_work(moment: Moment, *, in_groups: bool) -> int | None:
    """The pid of a worker that is at work right now, by the journal, or of one that holds groups."""
    workers = {row["pid"] for row in moment.site.processes() if row["kind"] == "worker"}
    open_runs: dict[Any, int] = {}
    for line in moment.site.journal.after(0)[-2000:]:
        if line["what"] == "start" and line["pid"] in workers and (line["groups"] or not in_groups):
            open_runs[line["fence"]] = line["pid"]
        elif line["what"] == "end":
            open_runs.pop(line["fence"], None)
    ours = {process.pid for node in moment.site.nodes for process in node.tree()}
    return next((pid for pid in reversed(open_runs.values()) if pid in ours), None)


def _freeze(moment: Moment, processes: Iterable[psutil.Process]) -> None:
    pids = [process.pid for process in processes]
    moment.site.healers.append(lambda: thaw(pids))
    send(pids, signal.SIGSTOP)
    moment.last()
    moment.site.heal()
