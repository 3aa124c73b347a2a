"""What the agent tells the system worker of: whose end it has seen, which is proof that they are gone."""

from __future__ import annotations

import os
from contextlib import suppress

#: Deaths that are told again to a new system worker.
REMEMBERED = 1_000


class Deaths:
    """A pipe of lines ``incarnation how it ended``; `reader` is the handle that the system worker keeps."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._told: list[str] = []

    @property
    def handles(self) -> set[int]:
        """Both ends."""
        return {self.reader, self._writer}

    def tell(self, line: str) -> None:
        """One more."""
        self._told = [*self._told[-REMEMBERED:], line]
        self._write(line)

    def tell_again(self) -> None:
        """All that are remembered, for a system worker that is new."""
        for line in self._told:
            self._write(line)

    def _write(self, line: str) -> None:
        with suppress(BlockingIOError):  # nobody reads; a new system worker is told of all
            os.write(self._writer, line.encode() + b"\n")
