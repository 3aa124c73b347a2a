"""How much memory this process takes more at the height of a piece of work than before it."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS, _MARKS = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Height:
    """`bytes` after the block of `height`."""

    bytes = 0


@contextmanager
def height() -> Iterator[Height]:
    """As the kernel counts it (VmHWM, proc(5)): libraries' memory too, and no work gets slower by it."""
    gc.collect()
    _MARKS.write_text("5")
    before, found = _highest(), Height()
    yield found
    found.bytes = _highest() - before


def _highest() -> int:
    said = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text())
    assert said
    return int(said[1]) << 10
