"""A number in a small file that running programs have in their memory: writing it reaches them at once."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from pathlib import Path

_FORM = "d"  # slow_flush.c reads it as a double


def write(path: Path, number: float) -> None:
    """Put the number there; the file is made if it is not there."""
    if not path.exists():
        path.write_bytes(struct.pack(_FORM, number))
        path.chmod(0o644)  # a server may run as another user
        return
    # In place: the programs have this very file in their memory.
    with path.open("r+b") as file:
        file.write(struct.pack(_FORM, number))


def reader(path: Path) -> Callable[[], float]:
    """A function that gives the number as it is at that moment. Raises OSError without a file."""
    with path.open("rb") as file:
        shared = mmap.mmap(file.fileno(), struct.calcsize(_FORM), prot=mmap.PROT_READ)
    return lambda: float(struct.unpack(_FORM, shared[:])[0])
