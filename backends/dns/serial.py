"""Serial numbers of zones: they go round at 2**32 (RFC 1982)."""

from __future__ import annotations

from typing import Literal

_ROUND = 2**32
_HALF = 2**31


def compare(ours: int, theirs: int) -> Literal["same", "newer", "older", "unclear"]:
    """What `theirs` is, compared with `ours`. ``unclear``: exactly half the way round, RFC 1982 §3.2."""
    if not (0 <= ours < _ROUND and 0 <= theirs < _ROUND):
        raise ValueError(f"a serial is a number from 0 to {_ROUND - 1}, not {ours} or {theirs}")
    ahead = (theirs - ours) % _ROUND
    if ahead == 0:
        return "same"
    if ahead == _HALF:
        return "unclear"
    return "newer" if ahead < _HALF else "older"


def add(serial: int, by: int = 1) -> int:
    """The serial `by` changes later; RFC 1982 §3.1 allows at most 2**31 - 1."""
    if not 0 <= by < _HALF:
        raise ValueError(f"a serial moves by 0 to {_HALF - 1} at once, not by {by}")
    return (serial + by) % _ROUND
