"""A real agent with tiny children, started by the tests: ``python -m tests.node.small_agent FOLDER PART...``

A part is ``kind:name:what``. Its processes write ``name what-happened pid incarnation time`` lines to
``FOLDER/lines``; a file ``FOLDER/hang-NAME`` makes the child of that name ask to be killed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.load import load
from node.agent import Agent
from node.child import RELOAD, Child, Stop
from node.site import open_site
from node.slot import Part

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()


def tell(child: Child, what: str) -> None:
    line = f"{child.name} {what} {os.getpid()} {child.incarnation} {time.monotonic()}\n"
    with (FOLDER / "lines").open("a") as file:
        file.write(line)


def steady(child: Child) -> int:
    """Lives until it is told to stop."""
    stop = Stop()
    tell(child, "started")
    asked = FOLDER / f"hang-{child.name}"
    while not stop.wait(0.02):
        child.board.alive(child.row, time.monotonic())
        if asked.exists():
            asked.unlink()
            child.board.set_kill_at(child.row, time.monotonic())
    tell(child, "hurried" if stop.hurried else "ended")
    return 0


def buries(child: Child) -> int:
    """What the system worker does with the ends of its siblings: writes them down."""
    assert child.deaths is not None
    os.set_blocking(child.deaths, False)
    stop = Stop()
    tell(child, "started")
    while True:
        last = stop.wait(0.02)
        child.board.alive(child.row, time.monotonic())
        try:
            for line in os.read(child.deaths, 65_536).decode().splitlines():
                with (FOLDER / "deaths").open("a") as file:
                    file.write(f"{line}\n")
        except BlockingIOError:
            pass
        if last:
            tell(child, "ended")
            return 0


def dies(child: Child) -> int:
    """Ends at once."""
    tell(child, "started")
    return 3


def deaf(child: Child) -> int:
    """Notes that it is asked to stop, and goes on."""
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda *_: tell(child, "asked"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tell(child, "started")
    while True:
        time.sleep(0.02)
        child.board.alive(child.row, time.monotonic())


def reloads(child: Child) -> int:
    """The first of its kind asks for an agent with a new catalogue."""
    mark = FOLDER / "reloaded"
    if mark.exists():
        return steady(child)
    mark.touch()
    while "one started" not in ((FOLDER / "lines").read_text() if (FOLDER / "lines").exists() else ""):
        time.sleep(0.02)
    tell(child, "reloads")
    return RELOAD


class StuckAgent(Agent):
    """Hangs in its look at its children while there is a file ``FOLDER/stick``."""

    def _bury(self) -> None:
        while (FOLDER / "stick").exists():
            (FOLDER / "stuck").touch()
            time.sleep(0.02)
        super()._bury()


PARTS: dict[str, Callable[[Child], int]] = {
    each.__name__: each for each in (steady, buries, dies, deaf, reloads)
}


def main() -> int:
    """Run the parts that the command line names."""
    logging.basicConfig(format="%(levelname)s %(message)s", level="INFO")
    site = open_site(load(FOLDER / "tickworks.toml", {}))
    parts = [Part(kind, name, PARTS[what]) for kind, name, what in (word.split(":") for word in sys.argv[2:])]
    return StuckAgent(site, parts).run(ready)


def ready() -> None:
    """What `tickworks up` says, and may have to wait for the database to say."""
    with (FOLDER / "lines").open("a") as file:
        file.write(f"agent ready {os.getpid()} - {time.monotonic()}\n")


if __name__ == "__main__":
    sys.exit(main())
