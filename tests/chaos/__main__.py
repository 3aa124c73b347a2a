"""`make chaos`: rounds of faults until the time is over, each on a fresh site, each checked.

``python -m tests.chaos --minutes N | --hours N [--stack S] [--seed N] [--fault NAME …]``. Ends with 1 when a
promise was broken. Ctrl-C ends the faults, checks what there is and takes everything away; a second
one takes everything away at once.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

from tests.chaos.faults import FAULTS
from tests.chaos.mix import Plan, run_round
from tests.chaos.server_on_disk import PostgresqlOnDisk
from tests.chaos.site import STACKS
from tests.chaos.undertaker import watched
from tests.support import postgresql, rabbitmq
from tests.support.postgresql import PostgresqlServer
from tests.support.rabbitmq import RabbitmqServer

#: s of faults in one round.
ROUND = 600.0


def main(words: Sequence[str]) -> int:
    """Run the rounds, print their tables and the sum; the exit code."""
    given = _read(words)
    stop = threading.Event()
    total: Counter[str] = Counter()
    with _interrupts(stop), ExitStack() as servers:
        stacks = [stack for stack in given.stack if stack == "embedded" or _installed()]
        tell = servers.enter_context(_folder())
        pair = _servers(servers) if "servers" in stacks else (None, None)
        deadline = time.monotonic() + given.minutes * 60
        try:
            while not stop.is_set() and (left := deadline - time.monotonic()) > 0 and stacks:
                for stack in stacks:
                    if not stop.is_set():
                        seconds = min(ROUND, max(20.0, left / len(stacks)))
                        _one(stack, given, seconds, stop, total, pair if stack == "servers" else (None, None))
                        tell(_said(total))
                given.seed += 1
        finally:
            print(f"{'interrupted; ' if stop.is_set() else ''}{_said(total)}", flush=True)
    return 1 if total["violations"] or not total["rounds"] else 0


def _said(total: Counter[str]) -> str:
    return "checked: " + (", ".join(f"{count} {what}" for what, count in sorted(total.items())) or "nothing")


@contextmanager
def _folder() -> Iterator[Callable[[str], None]]:
    """All that the run makes is below one folder, that an undertaker watches; kept rounds stay in it."""
    folder = Path(tempfile.mkdtemp(prefix="tickworks-chaos-"))
    folder.chmod(0o711)  # PostgreSQL has its data below it, as another user
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        with watched(folder) as tell:
            tell(_said(Counter()))
            yield tell
    finally:
        tempfile.tempdir = before
        with suppress(OSError):  # a kept round is in it
            folder.rmdir()


def _one(
    stack: str,
    given: argparse.Namespace,
    seconds: float,
    stop: threading.Event,
    total: Counter[str],
    servers: tuple[PostgresqlServer | None, RabbitmqServer | None],
) -> None:
    print(f"── {stack}, seed {given.seed}, {seconds:.0f} s of faults", flush=True)
    known = [name for name in given.fault if name in FAULTS[stack]]
    done = run_round(stack, Plan(given.seed, seconds, faults=known), stop, *servers)
    print(done.text(), flush=True)
    total["rounds"] += 1
    total["runs"] += done.checked.counts["runs"]
    total["faults"] += sum(line["what"] == "fault" for line in done.lines)
    total["violations"] += len(done.checked.findings)


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.split("\n")[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=10.0)
    length.add_argument("--hours", type=float)
    parser.add_argument("--stack", action="append", choices=STACKS)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--fault", action="append", default=[], choices=sorted(set().union(*FAULTS.values())))
    given = parser.parse_args(words)
    given.stack = given.stack or list(STACKS)
    given.minutes = given.minutes if given.hours is None else given.hours * 60
    return given


def _installed() -> bool:
    missing = [
        name
        for name, module in (("RabbitMQ", rabbitmq), ("PostgreSQL", postgresql))
        if not module.installed()
    ]
    if missing:
        print(f"left out: the stack on servers: {' and '.join(missing)} not installed")
    return not missing


def _servers(last: ExitStack) -> tuple[PostgresqlServer, RabbitmqServer]:
    database = PostgresqlOnDisk()
    last.callback(database.remove)
    broker = RabbitmqServer()
    last.callback(broker.remove)
    database.start()
    broker.start()
    return database, broker


@contextmanager
def _interrupts(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM ends the round early, the second ends everything."""
    asked: SimpleQueue[int] = SimpleQueue()
    once: list[int] = []

    def interrupted(number: int, frame: FrameType | None) -> None:
        if once:
            raise KeyboardInterrupt
        once.append(number)
        asked.put(number)

    def follow() -> None:
        # Not in the handler: the thread that it interrupts may hold the lock of the event, and never let go.
        asked.get()
        stop.set()
        print("interrupted: what was done so far is checked; once more ends it at once", flush=True)

    threading.Thread(target=follow, name="interrupts", daemon=True).start()
    before = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
