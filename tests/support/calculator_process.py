"""A calculator in a process of its own, without a site: its turns are under fences of the database.

python -m tests.support.calculator_process URL SHARDS BATCH_LEGS
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from actors.calculating.loop import Calculator
from actors.rating.calculator import Options
from actors.rating.calculator import run as calculator_service
from actors.testing import FakePorts, testing_context
from store import database
from store.fence import next_fences


@dataclass
class Turns(FakePorts):
    """The time is the machine's; each turn has the next fence, as the holds of a daemon do."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def exclusive(self) -> AbstractContextManager[int]:
        return _turn()


@contextmanager
def _turn() -> Iterator[int]:
    yield database.write(lambda tx: next_fences(tx, 1)[0])


def main(url: str, shards: str, batch_legs: str) -> None:
    database.open(url)
    context = testing_context(calculator_service)
    context.ports = Turns()
    options = Options(batch_legs=int(batch_legs), shards=int(shards), pause=0.02, again=1000)
    with Calculator(context, options) as calculator:
        calculator.work()


if __name__ == "__main__":
    main(*sys.argv[1:])
