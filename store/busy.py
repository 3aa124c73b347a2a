"""Waiting for a SQLite file that another program has locked.

SQLite's own busy handler is not asked when a file is switched to WAL, and would wait with our locks in its
hands; so we try again by ourselves.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

#: How long we wait for another program's lock before we say "locked", in ms.
BUSY_TIMEOUT = 5_000
#: Seconds between two tries.
AGAIN = 0.01


def while_busy(act: Callable[[], Answer], pause: Callable[[float], object] = time.sleep) -> Answer:
    """The answer of `act`, tried again after each `pause` while somebody else has the file locked.

    Raises sqlite3.OperationalError when that lasts longer than BUSY_TIMEOUT.
    """
    for _ in range(int(BUSY_TIMEOUT / 1000 / AGAIN)):
        try:
            return act()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        pause(AGAIN)
    return act()
