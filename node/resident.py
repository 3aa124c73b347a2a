"""How much memory this process has, for its row among the processes."""

from __future__ import annotations

import resource
from pathlib import Path

_STATM = Path("/proc/self/statm")


def resident() -> int | None:
    """Bytes in memory now, with what it shares with its parent; None where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None
