"""Trying again while the database is away: a run goes on when it is back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from store.errors import DatabaseAway

Answer = TypeVar("Answer")

#: Seconds between two tries.
AGAIN = 0.5


def insist(
    ask: Callable[[], Answer],
    *,
    until: Callable[[], object] = lambda: None,
    told: Callable[[str], None] = lambda text: None,
) -> Answer:
    """The answer of ``ask``, which is asked as often as it takes.

    Raises DatabaseAway only once ``until`` is true; ``told`` hears of the trouble.
    """
    pause = threading.Event()
    while True:
        try:
            return ask()
        except DatabaseAway as error:
            told(str(error))
            if until():
                raise
            pause.wait(AGAIN)
