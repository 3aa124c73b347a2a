"""A peer as a contender: its worker, its scheduler and what sends, each a process of its own Python."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.facts import WARM, FactLog
from bench.peers import PROGRAMS
from bench.peers.environment import python_of
from bench.servers import Servers
from bench.system import HOLD, LONG, Plan, Sent
from tests.support.process import end, start


@dataclass(frozen=True)
class Peer:
    """`program` is the file in programs/, `variant` one of those that it names; it needs these servers."""

    program: str
    variant: str = "default"
    needs: tuple[str, ...] = ()
    scheduler: bool = False  # its schedules come from a second process
    alone: bool = False  # it has no worker of its own: what sends also works

    @property
    def name(self) -> str:
        return self.program if self.variant == "default" else f"{self.program}:{self.variant}"

    @contextmanager
    def opened(self, servers: Servers, plan: Plan) -> Iterator[PeerSystem]:
        """The peer with an empty database, vhost and Redis. Raises Missing."""
        python = python_of(self.program)
        with ExitStack() as last:
            folder = servers.new_folder()
            env = {
                **os.environ,
                "BENCH_LOG": str(folder / "facts"),
                "BENCH_FOLDER": str(folder),
                "BENCH_VARIANT": self.variant,
                "BENCH_THREADS": "1" if self.variant == "single" else str(plan.threads),
                "BENCH_SCHEDULE": plan.schedule,
                "BENCH_PLANNED": str(plan.planned),
                "BENCH_HOLD": str(HOLD),
                "BENCH_LONG": str(LONG),
            }
            if "postgresql" in self.needs:
                env["BENCH_POSTGRESQL"] = last.enter_context(servers.database())
            if "rabbitmq" in self.needs:
                env["BENCH_RABBITMQ"] = last.enter_context(servers.vhost())
            if "redis" in self.needs:
                env["BENCH_REDIS"] = servers.redis
            system = PeerSystem(self, python, env, FactLog(folder / "facts"), folder / "log")
            last.callback(system.close)
            system.begin(plan)
            yield system


@dataclass
class PeerSystem:
    """A peer that is up."""

    peer: Peer
    python: Path
    env: dict[str, str]
    facts: FactLog
    log: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self, plan: Plan) -> None:
        """Make its tables, then start its worker, and its scheduler where that is another process."""
        done = subprocess.run(
            self._command("reset"), env=self.env, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise RuntimeError(f"reset: {(done.stderr.splitlines() or ['no word'])[-1]}")
        if not self.peer.alone or plan.schedule:
            self._start("worker")
        if plan.schedule and self.peer.scheduler:
            self._start("scheduler")

    def send(self, what: str, count: int, patience: float) -> Sent:
        with self.log.open("ab") as log:
            done = subprocess.run(
                [*self._command("send"), what, str(count), str(WARM), str(patience)],
                env=self.env,
                stdout=subprocess.PIPE,
                stderr=log,
                timeout=patience * 4 + 120,
            )
        try:
            said = json.loads(done.stdout.decode().strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise RuntimeError(f"what sends failed: {self._tail()}") from None
        if "error" in said:
            raise RuntimeError(f"{said['error']}: {self._tail()}")
        return Sent(said["began"], said["ended"], said["each"])

    def crash(self) -> int:
        moment = time.monotonic_ns()
        _kill(self.started.pop())
        self._start("worker")
        return moment

    def tree(self) -> list[psutil.Process]:
        found = []
        for process in self.started:
            with suppress(psutil.NoSuchProcess):
                one = psutil.Process(process.pid)
                found += [one, *one.children(recursive=True)]
        return found

    def settled(self, patience: float) -> None:
        """Not asked: it has no one place that says so. Tickworks is the stricter one here."""

    def close(self) -> None:
        """End all of it; processes that begin a session of their own too."""
        for process in self.started:
            _kill(process)

    def _start(self, part: str) -> None:
        self.started.append(start(self._command(part), log=self.log, env=self.env))

    def _command(self, part: str) -> list[str]:
        return [str(self.python), str(PROGRAMS / f"{self.peer.program}.py"), part]

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return (lines or ["no word"])[-1][:160]


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children(recursive=True)
        for one in below:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    end(process)
