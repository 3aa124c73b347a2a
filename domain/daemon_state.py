"""How a daemon that ends is started again: at once, then with growing pauses, then as a crash loop."""

from __future__ import annotations

#: Living so long (s) makes a daemon steady: its earlier crashes are forgotten.
STEADY = 60.0
#: So many crashes in a row are a crash loop, which is tried again every `LOOP_PAUSE` seconds.
LOOP = 5
LOOP_PAUSE = 300.0


def after_crash(crashes: int, lived: float) -> tuple[int, str, float]:
    """(crashes in a row, state, seconds to the next start) of a daemon that ended unasked.

    ``crashes``: those in a row before this one; ``lived``: seconds since it was started.
    """
    crashes = 1 if lived >= STEADY else crashes + 1
    if crashes >= LOOP:
        return crashes, "crash_loop", LOOP_PAUSE
    return crashes, "backing_off", 0.0 if crashes == 1 else min(2.0 ** (crashes - 1), 30.0)
