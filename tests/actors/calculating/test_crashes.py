"""Does a calculator that is killed at any moment neither lose a leg nor book one twice?

TICKWORKS_TEST_SEED sets the seed, TICKWORKS_TEST_KILLS how often it is killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from random import Random

import pytest

from domain.calls.raw import RawLeg
from node.site import Site
from store import database
from store.calls import balance
from tests.actors.calculating.test_turn import agree
from tests.support import calls_to_rate, process
from tests.support.until import until

SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or Random().randrange(2**31))
KILLS = int(os.environ.get("TICKWORKS_TEST_KILLS") or 4)
CHUNK = 20


@pytest.mark.timeout(60 + KILLS * 30)
def test_kills_at_random_points_lose_and_double_nothing(site: Site, tmp_path: Path) -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}")
    random = Random(SEED)
    fed: list[RawLeg] = []
    for _ in range(KILLS):
        new = calls_to_rate.legs(random, 600, others=2, first=len(fed))
        again = random.sample(fed, min(len(fed), 10))  # the same leg in another file counts once
        for at in range(0, len(new), CHUNK):
            calls_to_rate.wait(new[at : at + CHUNK] + (again if at == 0 else []))
        fed += new
        calculator = start(tmp_path, shards=random.choice((1, 2)))
        began = parts_done()
        until(partial(more_than, began), "a part is done", seconds=30)
        time_to_live(random)
        process.end(calculator)
    calculator = start(tmp_path, shards=2)
    until(lambda: not database.read().value("SELECT COUNT(*) FROM xdr_chunk"), "all is rated", seconds=60)
    process.end(calculator)
    agree(fed)
    assert balance.differences(database.read()) == []
    assert database.read().value("SELECT COUNT(*) FROM rating_batch WHERE state = 'open'") == 0


def start(folder: Path, shards: int) -> subprocess.Popen[bytes]:
    root = Path(calls_to_rate.__file__).parents[2]
    return process.start(
        [sys.executable, "-m", "tests.support.calculator_process", database.url(), str(shards), "60"],
        log=folder / "calculator.log",
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def parts_done() -> int:
    return int(database.read().value("SELECT COUNT(*) FROM rating_shard WHERE state = 'done'"))


def more_than(began: int) -> bool:
    return parts_done() > began


def time_to_live(random: Random) -> None:
    """From nothing to a few parts more: the moment of the kill is what is random here."""
    end = time.monotonic() + random.random() * 0.4
    while time.monotonic() < end:
        parts_done()
