"""What the agent tells the system worker of: whose end it has seen, which is proof that they are gone."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

#: Deaths that are told again to a new system worker.
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Death:
    """Whose end was seen, and how it ended; `asked`: it had been told to, with its node."""

    incarnation: str
    asked: bool
    how: str

    @classmethod
    def read(cls, line: str) -> Death:
        """One that was written to the pipe."""
        incarnation, asked, how = line.split(" ", 2)
        return cls(incarnation, asked == "asked", how)

    def line(self) -> str:
        """For the pipe."""
        return f"{self.incarnation} {'asked' if self.asked else 'unasked'} {self.how}"


class Deaths:
    """A pipe of lines, one for each `Death`; `reader` is the handle that the system worker keeps."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._told: list[Death] = []

    @property
    def handles(self) -> set[int]:
        """Both ends."""
        return {self.reader, self._writer}

    def tell(self, death: Death) -> None:
        """One more."""
        self._told = [*self._told[-REMEMBERED:], death]
        self._write(death)

    def tell_again(self) -> None:
        """All that are remembered, for a system worker that is new."""
        for death in self._told:
            self._write(death)

    def _write(self, death: Death) -> None:
        with suppress(BlockingIOError):  # nobody reads; a new system worker is told of all
            os.write(self._writer, death.line().encode() + b"\n")
