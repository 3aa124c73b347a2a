"""The board: a page of memory where children post their life signs and the agent reads them.

A hung child (C code that keeps the interpreter lock) cannot say that it hangs. So it posts in
advance: when it last lived, and when it is to be killed unless it posts otherwise. The agent needs
no thread, no database and no message to read it. Times are CLOCK_MONOTONIC, one for the machine.
"""

from __future__ import annotations

import mmap
import struct

_ROW = struct.Struct("dd")
_NUMBER = struct.Struct("d")


class Board:
    """Rows of (alive at, kill at), one a child; made before the fork, shared by all.

    Each number is written alone: a child posts both from threads of its own, and what one of them
    writes must not undo what another has just written.
    """

    def __init__(self, rows: int) -> None:
        self._memory = mmap.mmap(-1, rows * _ROW.size)
        self.rows = rows

    def clear(self, row: int, now: float) -> None:
        """A new child takes the row."""
        _ROW.pack_into(self._memory, row * _ROW.size, now, 0.0)

    def alive(self, row: int, now: float) -> None:
        """The child lives."""
        _NUMBER.pack_into(self._memory, row * _ROW.size, now)

    def alive_at(self, row: int) -> float:
        """When the child last said that it lives."""
        return float(_ROW.unpack_from(self._memory, row * _ROW.size)[0])

    def kill_at(self, row: int) -> float:
        """When the child is to be killed; 0: not planned."""
        return float(_ROW.unpack_from(self._memory, row * _ROW.size)[1])

    def set_kill_at(self, row: int, when: float) -> None:
        """Plan the end of the child, or (0) take it back."""
        _NUMBER.pack_into(self._memory, row * _ROW.size + _NUMBER.size, when)
