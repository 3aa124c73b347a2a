"""One round: a fresh site under faults for a time, then quiet, then the check of all that it did."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.chaos.api import Away
from tests.chaos.checker import ENDED, MINUTE, Checked, check, epoch
from tests.chaos.driver import ByMessage, Driver, by_api
from tests.chaos.faults import FAULTS, SKEW
from tests.chaos.journal import Line
from tests.chaos.moment import Moment
from tests.chaos.site import LEASE, ChaosSite, chaos_site
from tests.chaos.table import table
from tests.chaos.undertaker import KEPT, watched
from tests.support.postgresql import PostgresqlServer
from tests.support.rabbitmq import RabbitmqServer
from tests.support.until import until

#: s for everything to come to its end once nothing is wrong any more.
SETTLE = 120.0
#: s that a machine with few cores may be late with a heartbeat, which comes five times in a lease.
ALLOWANCE = 1.0

#: What is asked for, as often as it stands here.
SHORT = [f"short_{number}" for number in range(9)]
# The long ones hold a group for seconds: asked for more often, they would be a load and no test.
ASKED = [*SHORT * 30, *["long_in_groups", "own_process"] * 2, *["long_alone", "only_once"] * 3]


@dataclass(frozen=True)
class Plan:
    """`seconds` of faults; `span`, `pause`: s that one lasts and s between two, from and to."""

    seed: int
    seconds: float
    span: tuple[float, float] = (2.0, 20.0)
    pause: tuple[float, float] = (1.0, 10.0)
    each: float = 0.08  # s between two requests of one way
    faults: Sequence[str] = ()  # all of the stack, if none is named
    each_once: bool = False  # go on until each was made, however long it takes


@dataclass
class Round:
    """What one was: its journal and what the check found; `kept` is its folder, if it found something."""

    lines: list[Line]
    checked: Checked
    kept: Path | None

    def text(self) -> str:
        """The table, and where the rest is."""
        return table(self.lines, self.checked) + (f"\neverything is in {self.kept}" if self.kept else "")


def run_round(
    stack: str,
    plan: Plan,
    stop: threading.Event,
    postgresql: PostgresqlServer | None = None,
    rabbitmq: RabbitmqServer | None = None,
) -> Round:
    """Run and check one. Once `stop` is set it ends its faults early, and checks what there is."""
    folder = Path(tempfile.mkdtemp(prefix="tickworks-chaos-"))
    keep = True
    try:
        with watched(folder), chaos_site(stack, folder, postgresql, rabbitmq) as site:
            settle(site, *_bad_time(site, plan, stop))
            lines, runs = site.journal.read(), site.api.runs()
            checked = check(lines, runs)
            keep = bool(checked.findings)
            if keep:
                (folder / KEPT).write_text(json.dumps({"runs": runs}))
                if site.stack == "embedded":
                    # Its small disk goes with the site. Sockets cannot be copied.
                    var, unwanted = site.nodes[0].folder / "var", shutil.ignore_patterns("*.sock", "filler")
                    shutil.copytree(var, folder / "var", ignore=unwanted)
            return Round(lines, checked, folder if keep else None)
    except KeyboardInterrupt:
        keep = False
        raise
    except BaseException:
        print(f"the round did not come to its end; everything is in {folder}", flush=True)
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _bad_time(site: ChaosSite, plan: Plan, stop: threading.Event) -> tuple[float, float]:
    """Everything goes wrong while runs are asked for; from when till when (UTC epoch seconds)."""
    lacks = site.lacks()
    names = sorted(plan.faults or FAULTS[site.stack])
    for name in set(names) & set(lacks):
        names.remove(name)
        site.journal.write("left out", name=name, why=lacks[name])
    seed, each = plan.seed, plan.each
    drivers = [Driver("api", by_api(site.api), site.journal, ASKED, seed=seed, each=each)]
    if site.rabbitmq is not None:
        said = ByMessage(site.rabbitmq.url(site.name))
        drivers.append(Driver("message", said, site.journal, ASKED, seed=seed, each=each, close=said.close))
    begun = time.time()
    for driver in drivers:
        driver.start()
    try:
        _faults(site, plan, names, stop)
    finally:
        site.heal()
        site.revive()
        over = time.time()
        for driver in drivers:
            driver.finish(60)
    site.journal.write(
        "site",
        planned={"each_minute": [""], "on_each_node": [node.name for node in site.nodes]},
        bound=LEASE / 5 + ALLOWANCE,
        skew=SKEW,
        **{"from": begun, "until": over},
    )
    return begun, over


def _faults(site: ChaosSite, plan: Plan, names: Sequence[str], stop: threading.Event) -> None:
    """One after the other, in an order of chance, each as often as the others, until the time is over."""
    rng = random.Random(f"{plan.seed} {site.stack}")
    deadline = time.monotonic() + plan.seconds
    line: list[str] = rng.sample(names, len(names))
    first = len(names) if plan.each_once else 0
    while (time.monotonic() < deadline or first > 0) and not stop.is_set():
        first -= 1
        if not line:
            line = rng.sample(names, len(names))
        name = line.pop()
        moment = Moment(site, rng, rng.uniform(*plan.span), stop)
        began = time.monotonic()
        try:
            FAULTS[site.stack][name](moment)
        except (Away, psutil.NoSuchProcess) as error:
            site.journal.write("not done", name=name, why=str(error))
        else:
            site.journal.write("fault", name=name, began=began, killed=moment.killed)
        site.revive()
        stop.wait(rng.uniform(*plan.pause))


def settle(site: ChaosSite, begun: float, over: float) -> None:
    """Wait until every run has ended and every minute is there, `SETTLE` at most: the check says the rest."""
    deadline = time.monotonic() + SETTLE
    # In a round of seconds no minute may have begun.
    least = over - MINUTE if over // MINUTE * MINUTE >= begun else -1.0

    def quiet() -> bool:
        site.revive()
        try:
            runs = site.api.runs()
        except Away:
            return time.monotonic() > deadline
        planned = [epoch(run["planned_at"]) or 0.0 for run in runs if run["service"] == "each_minute"]
        # Without a record at all the minute of the bad time is still to come: after a wrong clock, say.
        served = all(run["state"] in ENDED for run in runs) and max(planned, default=0.0) > least
        return served or time.monotonic() > deadline

    # An API that is slow to answer makes a look long: the deadline above is in seconds, this one in looks.
    until(quiet, "all is quiet", seconds=SETTLE + 60, every=0.5)
