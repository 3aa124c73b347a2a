"""What the chaos site did, by its own word: one file outside the database that is only ever added to.

Services write when their code begins, goes on and ends; the driver what was accepted; the faults when
they began and were over. Times of one machine: `mono` (s, comparable between its processes) and `wall`
(UTC epoch seconds). This file imports nothing of Tickworks: a broken engine must not bend it.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

Line = dict[str, Any]

#: Where the services of a site find its journal.
VARIABLE = "CHAOS_JOURNAL"

#: What a service writes while its code holds its groups.
WORK = frozenset({"start", "alive", "end"})


class Journal:
    """Adds lines to one file; any number of processes may at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, what: str, **fields: Any) -> None:
        """One line, in one write: the kernel keeps such lines whole and in order (O_APPEND)."""
        line = {"what": what, **fields, "mono": time.monotonic(), "wall": time.time()}
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (json.dumps(line) + "\n").encode())
        finally:
            os.close(handle)

    def read(self) -> list[Line]:
        """All lines, in order of `mono`. Raises ValueError naming a line that is none."""
        found = []
        for number, text in enumerate(self.path.read_text().splitlines(), 1):
            try:
                found.append(json.loads(text))
            except ValueError as error:
                raise ValueError(f"{self.path} line {number} is no line of a journal: {error}") from None
        return sorted(found, key=lambda line: float(line["mono"]))

    def size(self) -> int:
        """How long it is now, in bytes: where `after` is to begin."""
        return self.path.stat().st_size if self.path.exists() else 0

    def after(self, size: int) -> list[Line]:
        """The lines that were added since it had this size, in that order; not one that is being written."""
        with self.path.open("rb") as file:
            file.seek(size)
            whole, _, _ = file.read().rpartition(b"\n")
        return [json.loads(text) for text in whole.splitlines()]


def journal_of_site() -> Journal:
    """The one of the site that this process belongs to."""
    return Journal(Path(os.environ[VARIABLE]))
