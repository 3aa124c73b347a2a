"""The chaos site: its nodes, the wires between them and their servers, and what is behind those.

Everything is started by the main thread: the kernel ends what a thread started when that thread ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.chaos import clock_offset
from tests.chaos.api import Api, Away
from tests.chaos.disk import Disk
from tests.chaos.journal import VARIABLE, Journal
from tests.chaos.server_on_disk import PostgresqlOnDisk
from tests.support.postgresql import PostgresqlServer
from tests.support.process import end, free_port, start
from tests.support.rabbitmq import RabbitmqServer
from tests.support.tcp_link import TcpLink
from tests.support.until import until

ROOT = Path(__file__).parents[2]
#: Short spans, so that many lapses fit into an hour: seconds of a lease, and of grace.
LEASE, GRACE = 3.0, 1.0
STACKS = ("embedded", "servers")
#: Services whose lines go to files of their node.
_LOGGED = ("long_in_groups", "keeper")
#: Room for the SQLite file with its log, and for the files of `_LOGGED`.
_DATABASE_MEGABYTES, _LOG_MEGABYTES = 64, 8
_PASSWORD = "three nodes and a bad day"


@dataclass
class Node:
    """One node: its folder, its logs' disk, and the wires (None embedded) to its database and broker."""

    name: str
    folder: Path
    port: int
    logs: Disk
    database: TcpLink | None = None
    broker: TcpLink | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "site.log"

    @property
    def clock(self) -> Path:
        """The file that shifts its clock."""
        return self.folder / "clock"

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tree(self) -> list[psutil.Process]:
        """The agent and its children that live."""
        if not self.lives():
            return []
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            agent = psutil.Process(self.process.pid)
            return [agent, *agent.children(recursive=True)]
        return []


@dataclass
class ChaosSite:
    """`postgresql`, `rabbitmq`: None embedded. `disk`: of the database, None if it cannot be reached."""

    stack: str
    folder: Path
    nodes: list[Node]
    journal: Journal
    postgresql: PostgresqlServer | None = None
    rabbitmq: RabbitmqServer | None = None
    disk: Disk | None = None
    name: str = ""  # of the database and of the vhost
    healers: list[Callable[[], None]] = field(default_factory=list)
    api: Api = field(default_factory=lambda: Api([], ""))

    def command(self, node: Node, *words: str) -> list[str]:
        program = str(Path(sys.executable).parent / "tickworks")
        return [program, "--config", str(node.folder / "tickworks.toml"), *words]

    def environment(self, node: Node) -> dict[str, str]:
        # What a developer has set for the tests is no setting of the site.
        outer = {name: value for name, value in os.environ.items() if not name.startswith("TICKWORKS_")}
        own = {VARIABLE: str(self.journal.path), clock_offset.VARIABLE: str(node.clock)}
        disk = self.disk.environment() if self.disk is not None and self.stack == "embedded" else {}
        return {**outer, **own, **disk, "PYTHONPATH": str(ROOT)}

    def lacks(self) -> dict[str, str]:
        """The faults that cannot be made here, and why."""
        no_disk = "the server has no disk of its own"
        why = {
            "fill_disk": self.disk.not_small if self.disk else no_disk,
            "slow_disk": self.disk.not_slow if self.disk else no_disk,
            "fill_logs": self.nodes[0].logs.not_small,
        }
        return {name: reason for name, reason in why.items() if reason}

    def start(self, node: Node) -> None:
        """Start its agent with everything below it; ready or not."""
        command = self.command(node, "up", "--port", str(node.port))
        node.process = start(command, log=node.log, env=self.environment(node))

    def open(self) -> None:
        """Start the first node, make the user, then start the others. Raises AssertionError."""
        first, *others = self.nodes
        self.start(first)
        self.wait(lambda: _answers(first), "the first node is up", 60)
        for node in others:
            self.start(node)
        self._run(first, "user", "add", "chaos", "--role", "operator", "--password-stdin", text=_PASSWORD)
        token = self._run(first, "token", "add", "chaos", "--user", "chaos", "--role", "operator").strip()
        self.api = Api([f"http://127.0.0.1:{node.port}" for node in self.nodes], token)
        for name in _LOGGED:
            self._run(first, "logging", "on", name)
        self.wait(self._all_up, "all nodes are up", 60)

    def wait(self, condition: Callable[[], Any], what: str, seconds: float) -> None:
        """Wait until it holds; raises AssertionError with the ends of the nodes' logs."""
        try:
            until(condition, what, seconds=seconds, every=0.1)
        except AssertionError as error:
            logs = "\n".join(f"{node.name}: {_tail(node.log)}" for node in self.nodes)
            raise AssertionError(f"{error}; the logs:\n{logs}") from None

    def revive(self) -> None:
        """Start the agents that have ended, as a machine's init would."""
        for node in self.nodes:
            if not node.lives():
                code = node.process.poll() if node.process else None
                self.journal.write("revived", node=node.name, code=code)
                self.start(node)

    def heal(self) -> None:
        """Undo every fault that lasts; what cannot be undone does not keep the rest from it."""
        failed = []
        while self.healers:
            try:
                self.healers.pop()()
            except Exception as error:
                failed.append(error)
        if failed:
            raise ExceptionGroup("a fault could not be undone", failed)

    def processes(self) -> list[dict[str, Any]]:
        """Of all nodes, by the API's word: each {node, kind, name, pid}. Raises Away."""
        rows = self.api.get("nodes")["nodes"]
        return [{**each, "node": row["name"]} for row in rows for each in row["processes"]]

    def close(self) -> None:
        """Stop all nodes, in order if they can, and take the wires away."""
        with ExitStack() as last:
            for node in self.nodes:
                for link in (node.database, node.broker):
                    if link is not None:
                        last.callback(link.close)
            for node in self.nodes:
                if node.process is not None:
                    last.callback(end, node.process, how=signal.SIGKILL)
            last.callback(self._stop_in_order)
            last.callback(self.heal)

    def _stop_in_order(self) -> None:
        """Ask all, and give them 20 s: who has not ended by then is killed."""
        for node in self.nodes:
            if node.lives():
                assert node.process is not None
                node.process.send_signal(signal.SIGINT)
        with suppress(AssertionError):
            until(lambda: not any(node.lives() for node in self.nodes), "all have ended", seconds=20)

    def _all_up(self) -> bool:
        with suppress(Away):
            nodes = self.api.get("nodes")["nodes"]
            up = [row["name"] for row in nodes if row["state"] == "up" and row["slots"]]
            return sorted(up) == sorted(node.name for node in self.nodes)
        return False

    def _run(self, node: Node, *words: str, text: str | None = None) -> str:
        done = subprocess.run(
            self.command(node, *words),
            env=self.environment(node),
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout


@contextmanager
def chaos_site(
    stack: str,
    folder: Path,
    postgresql: PostgresqlServer | None = None,
    rabbitmq: RabbitmqServer | None = None,
) -> Iterator[ChaosSite]:
    """A site that is up: one node with three workers embedded, three nodes on servers.

    Afterwards nothing of it is left: process, wire, database or vhost.
    """
    name = f"chaos_{uuid.uuid4().hex[:12]}"
    names = ["n1"] if stack == "embedded" else ["n1", "n2", "n3"]
    with ExitStack() as last:
        disk = postgresql.disk if isinstance(postgresql, PostgresqlOnDisk) else None
        if stack == "embedded":
            disk = Disk(folder / "n1" / "var", megabytes=_DATABASE_MEGABYTES, beside=folder / "beside")
            last.callback(disk.remove)
        nodes = []
        for each in names:
            logs = Disk(folder / each / "var" / "log", megabytes=_LOG_MEGABYTES)
            last.callback(logs.remove)
            nodes.append(Node(each, folder / each, free_port(), logs))
        site = ChaosSite(stack, folder, nodes, Journal(folder / "journal"), postgresql, rabbitmq, disk, name)
        if postgresql is not None and rabbitmq is not None:
            postgresql.add_database(name)
            last.callback(_drop, site)
            rabbitmq.add_vhost(name)
        last.callback(site.close)
        for node in nodes:
            node.folder.mkdir(parents=True, exist_ok=True)
            clock_offset.write(node.clock, 0.0)
            database, broker = f"sqlite:///{node.folder}/var/tickworks.db", "database"
            if postgresql is not None and rabbitmq is not None:
                node.database, node.broker = TcpLink(postgresql.port), TcpLink(rabbitmq.port)
                database = f"postgresql://tickworks@127.0.0.1:{node.database.port}/{name}"
                broker = f"amqp://guest:guest@127.0.0.1:{node.broker.port}/{name}"
            (node.folder / "tickworks.toml").write_text(_settings(node, database, broker, len(names)))
        site.open()
        yield site


def _drop(site: ChaosSite) -> None:
    assert site.postgresql is not None
    assert site.rabbitmq is not None
    for server in (site.postgresql, site.rabbitmq):
        if not server.running():
            server.start()
    site.postgresql.drop_database(site.name)
    site.rabbitmq.delete_vhost(site.name)


def _settings(node: Node, database: str, broker: str, nodes: int) -> str:
    return f"""
[database]
url = "{database}"
[broker]
url = "{broker}"
[node]
name = "{node.name}"
processes = {3 if nodes == 1 else 2}
threads = 4
[site]
profiles = []
zone = "UTC"
[coordinator]
lease = {LEASE}
grace = {GRACE}
[catalogue]
modules = ["tests.chaos.site_services"]
"""


def _answers(node: Node) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{node.port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else "no log"
