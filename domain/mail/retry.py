"""When a mail is tried again: at once never, later and later, and not for ever."""

from __future__ import annotations

#: Minutes from one try to the next; the last stands for all that follow.
WAITS = (1, 5, 15, 60, 240)

#: A mail that nobody answered for may be in the mailbox already: it waits at least so many minutes.
UNKNOWN_WAIT = 15


def next_try(now: float, tries: int, most: int, unknown: bool = False) -> float | None:
    """When (epoch seconds) a mail goes again after its try number `tries`; None: `most` are used up."""
    if tries >= most:
        return None
    wait = WAITS[min(max(tries, 1), len(WAITS)) - 1]
    return now + 60.0 * (max(wait, UNKNOWN_WAIT) if unknown else wait)
