"""What every program of a peer shares, and the services of Tickworks too: facts, jobs, sending.

Needs nothing but the standard library. See bench/facts.py for the lines.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

LINE = 64
LOG = os.environ["BENCH_LOG"]
VARIANT = os.environ.get("BENCH_VARIANT", "default")
THREADS = int(os.environ.get("BENCH_THREADS", "8"))
PLANNED = int(os.environ.get("BENCH_PLANNED", "0"))
SCHEDULE = os.environ.get("BENCH_SCHEDULE", "")
CRON = {"minute": "* * * * *", "never": "0 5 1 1 *"}.get(SCHEDULE)
HOLD = float(os.environ.get("BENCH_HOLD", "0.02"))
LONG = float(os.environ.get("BENCH_LONG", "3"))
RABBITMQ = os.environ.get("BENCH_RABBITMQ", "")
POSTGRESQL = os.environ.get("BENCH_POSTGRESQL", "")
REDIS = os.environ.get("BENCH_REDIS", "").removesuffix("/0")
FOLDER = os.environ.get("BENCH_FOLDER", "")
HERE = os.path.dirname(os.path.abspath(__file__))

_file: list[int] = []


def note(kind: str, number: int) -> None:
    """One fact, appended in one write: about 2 µs."""
    at = time.monotonic_ns()
    if not _file:
        _file.append(os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644))
    line = f"{kind} {number:>12} {at:>20} {os.getpid():>10}"
    os.write(_file[0], line.ljust(LINE - 1).encode() + b"\n")


def during(number: int, seconds: float) -> None:
    """Start, so many seconds, end."""
    note("S", number)
    time.sleep(seconds)
    note("E", number)


def noop(number: int) -> None:
    note("N", number)


def excl(number: int) -> None:
    during(number, HOLD)


def long(number: int) -> None:
    during(number, LONG)


def count() -> int:
    return os.stat(LOG).st_size // LINE if os.path.exists(LOG) else 0


def become(*command: str) -> None:
    """Go on as a program of this virtual environment, with this folder on its path."""
    os.environ["PYTHONPATH"] = HERE
    os.chdir(HERE)
    os.execv(os.path.join(os.path.dirname(sys.executable), command[0]), list(command))


def send(ask: Callable[[str, int], Any]) -> None:
    """Warm up, then ask for the jobs that the command line names; prints when it did."""
    what, wanted, warm, patience = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
    job = {"spaced": "noop"}.get(what, what)
    for number in range(warm):
        ask("noop", -number - 1)
    if not _wait(warm, 60, 0.005):
        print(json.dumps({"error": f"of the warm-up {count()} of {warm} ran"}))
        return
    time.sleep(0.5)
    before, seed = count(), random.Random(4)
    each: list[int] = []
    said: dict[str, Any] = {"began": time.monotonic_ns(), "each": each}
    for number in range(wanted):
        if what == "spaced":
            time.sleep(seed.uniform(0.03, 0.09))
            each.append(time.monotonic_ns())
        ask(job, number)
        if what == "spaced" and not _wait(before + number + 1, patience, 0.0005):
            said["error"] = f"job {number} did not run"
            break
    said["ended"] = time.monotonic_ns()
    print(json.dumps(said), flush=True)


def _wait(wanted: int, seconds: float, step: float) -> bool:
    deadline = time.monotonic() + seconds
    while count() < wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
