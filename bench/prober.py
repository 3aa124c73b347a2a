"""Somebody else at work: small writes and reads, one after another, and how long each took.

``python -m bench.prober URL``: prints a line when it has begun; after SIGTERM one JSON document:
``{"read": [ms], "write": [ms]}``.
"""

from __future__ import annotations

import json
import signal
import sys
import time

from store import database
from store.tx import Tx

#: s between two.
REST = 0.002


def main(url: str) -> None:
    """Write and read until SIGTERM."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    database.open(url)
    took: dict[str, list[float]] = {"read": [], "write": []}
    print("ready", flush=True)
    while not ended:
        began = time.perf_counter()
        database.write(_write)
        written = time.perf_counter()
        database.read().all("SELECT id, state FROM run ORDER BY id DESC LIMIT 50")
        took["write"].append((written - began) * 1000)
        took["read"].append((time.perf_counter() - written) * 1000)
        time.sleep(REST)
    print(json.dumps(took))


def _write(tx: Tx) -> None:
    tx.run(
        """INSERT INTO setting (name, value, changed_at) VALUES ('bench', '1', ?)
           ON CONFLICT (name) DO UPDATE SET changed_at = excluded.changed_at""",
        (time.time(),),
    )


if __name__ == "__main__":
    main(sys.argv[1])
