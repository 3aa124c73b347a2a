"""A process of its own that takes messages of one queue on two threads, in several modes.

Run as a module it says what it does in a log file, a line each: "<word> <its pid> <number>".
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dramatiq import Actor, Message

from broker.database import DatabaseBroker
from broker.worker import Worker
from node.flag import Flag
from store import database
from store.tx import Tx
from tests.support.until import until

QUEUE = "tickworks.run.master"
#: What a claim writes; a run that is claimed twice violates the key.
TABLE = "CREATE TABLE claimed_run (run BIGINT PRIMARY KEY)"


class Taker:
    """The process as a test sees it."""

    def __init__(self, url: str, mode: str, log: Path) -> None:
        self.log = log
        root = Path(__file__).parents[3]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.broker.database.taker", url, mode, str(log)], cwd=root
        )
        self.pid = self._process.pid

    def said(self, word: str) -> list[int]:
        """The numbers this process logged with `word`."""
        return [number for said, pid, number in read(self.log) if said == word and pid == self.pid]

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        self._process.kill()
        self._process.wait()

    def ends(self) -> int:
        """Ask it to stop; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)


class Claims:
    """Writes each run it claims to the table, in the fetch's transaction."""

    def __call__(self, messages: list[Message[Any]], /) -> Mapping[str, object]:
        return database.write(lambda tx: self.claim_in(tx, messages))

    def claim_in(self, tx: Tx, messages: list[Message[Any]]) -> Mapping[str, object]:
        for one in messages:
            tx.run("INSERT INTO claimed_run (run) VALUES (?)", (one.kwargs["run"],))
        return {one.message_id: one.kwargs["run"] for one in messages}


def run_message(run: int, queue: str = QUEUE) -> Message[Any]:
    return Message(queue_name=queue, actor_name="job", args=(), kwargs={"run": run, "fence": 1}, options={})


def plain_message(n: int, queue: str = QUEUE) -> Message[Any]:
    return Message(queue_name=queue, actor_name="job", args=(), kwargs={"n": n}, options={})


def actor(broker: DatabaseBroker, work: Any) -> None:
    Actor(work, broker=broker, actor_name="job", queue_name=QUEUE, priority=0, options={})


def claimed_runs() -> list[int]:
    return [row[0] for row in database.read().all("SELECT run FROM claimed_run ORDER BY run")]


def read(log: Path) -> list[tuple[str, int, int]]:
    """Every line of the log so far, of all processes."""
    if not log.exists():
        return []
    lines = [line.split() for line in log.read_text().splitlines()]
    return [(word, int(pid), int(number)) for word, pid, number in lines]


def main(url: str, mode: str, log: Path) -> None:
    def say(word: str, number: int) -> None:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, f"{word} {os.getpid()} {number}\n".encode())
        os.close(handle)

    def meet(claimed: int) -> None:
        """Hold its thread until two processes have work."""
        say("ran", claimed)
        until(lambda: len({pid for word, pid, _ in read(log) if word == "ran"}) == 2, "both got work")

    def hang(n: int = 0) -> None:
        say("began", n)
        threading.Event().wait()

    class Hangs(Claims):
        def claim_in(self, tx: Tx, messages: list[Message[Any]]) -> Mapping[str, object]:
            claimed = super().claim_in(tx, messages)
            say("claiming", len(messages))
            threading.Event().wait()
            return claimed

    stop = Flag()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    broker = DatabaseBroker()
    if mode == "forks":
        database.open(url)
        broker.enqueue(plain_message(1))
        database.close()
        if os.fork() == 0:
            database.open(url)
            broker.enqueue(plain_message(2))
            os._exit(0)
        os.wait()
        return
    database.open(url)
    actor(broker, {"meets": meet, "hangs": hang, "hangs in claim": hang}[mode])
    claim = Hangs() if mode == "hangs in claim" else Claims()
    worker = Worker(broker, queues=[QUEUE], worker_threads=2, claim=claim, worker_timeout=50)
    worker.start()
    say("ready", 0)
    stop.wait(3600)
    worker.stop(0)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
