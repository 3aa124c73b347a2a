"""How long a busy node takes to stop, against its deadline ([node] drain_timeout).

Alone: ``python -m bench.drain``. Eight runs on two processes, on SQLite; SIGTERM to the agent; the
time until its process is gone. Runs that heed `context.stopping()` are asked at the deadline; those
that do not have the grace ([coordinator] grace) on top, and then cost their process.
"""

from __future__ import annotations

import signal
import tempfile
import time
from pathlib import Path

from tests.support.site import RunningSite, running

SERVICES = """
import time
from actors import service

@service(parallel=8)
def quick(context):
    time.sleep(1)

@service(parallel=8)
def heeds(context):
    while not context.stopping():
        time.sleep(0.01)

@service(parallel=8)
def deaf(context):
    while True:
        time.sleep(0.01)
"""
RUNS = 8
DEADLINE, GRACE = 5.0, 2.0
#: Service -> seconds in which the node should be gone, and what they are.
AIMS = {
    "quick": (1 + 2, "≤ its runs + 2 s"),
    "heeds": (DEADLINE + 2, "≤ deadline + 2 s"),
    "deaf": (DEADLINE + GRACE + 2, "≤ deadline + grace + 2 s"),
}
ROUNDS = 3


def main() -> list[tuple[str, str, str]]:
    """(what, figure, aim) of everything measured."""
    found = []
    for service, (aim, words) in AIMS.items():
        took = [_drain(service) for _ in range(ROUNDS)]
        what = f"SIGTERM to a node with {RUNS} runs: {service}"
        found.append((what, f"{min(took):.2f} to {max(took):.2f} s", f"{words} = {aim:g} s"))
    return found


def _drain(service: str) -> float:
    """Seconds from the signal to the end of the node's last process."""
    with tempfile.TemporaryDirectory() as folder:
        site = RunningSite(
            Path(folder),
            database_url=f"sqlite:///{folder}/var/bench.db",
            broker_url="database",
            services=SERVICES,
            node={"processes": 2, "threads": 4, "drain_timeout": DEADLINE},
            coordinator={"grace": GRACE},
        )
        with running(site):
            runs = [site.force(service, n=n) for n in range(RUNS)]
            for run_id in runs:
                site.until_state(run_id, "running")
            start = time.monotonic()
            code = site.stop(signal.SIGTERM)
            took = time.monotonic() - start
            if code:
                raise RuntimeError(f"the node ended with code {code}: {site.log.read_text()[-500:]}")
            return took


if __name__ == "__main__":
    for what, figure, aim in main():
        print(f"{what:50} {figure:20} aim {aim}")
