"""A column of phone numbers: digits in a matrix, so that all of them are cut, compared and encoded at once.

A number is encoded as 18 places of base 11: a digit d is d + 1, and 0 stands for "no more digits", so that
12 and 120 differ and all numbers that begin with a code lie in one interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.rating.arrays import Bytes, Flags, Ints

#: Places of a key, and all keys there are: what comes after the 18th digit never decides.
PLACES = 18
KEYS = 11**PLACES
#: Longer than this is no number.
LONGEST = 40
_NO_DIGIT = 11
#: So much is kept of what is longer, to be cut by prefixes and translations.
_KEPT = 2 * LONGEST


@dataclass(frozen=True)
class Numbers:
    """`matrix`: the characters, a row for each number, zeros behind its end. Never changed in place."""

    matrix: Bytes

    @classmethod
    def of(cls, values: Sequence[str]) -> Numbers:
        """A ``+`` in front is left out. What is no digit stays, and makes the number wrong."""
        import numpy as np

        whole, width = "".join(values), max(map(len, values), default=0)
        if width > _KEPT or "\0" in whole or not whole.isascii():
            values = [_as_kept(value) for value in values]
            width = min(width, _KEPT)
        width = max(1, width)
        matrix = np.array(values, dtype=f"S{width}").view(np.uint8).reshape(len(values), width)
        return cls(matrix).edited(np.nonzero(matrix[:, 0] == ord("+"))[0], 1, "")

    def __len__(self) -> int:
        return len(self.matrix)

    @cached_property
    def lengths(self) -> Ints:
        """Characters of each."""
        import numpy as np

        lengths: Ints = np.count_nonzero(self.matrix, axis=1).astype(np.int64)
        return lengths

    @cached_property
    def keys(self) -> Ints:
        """Of each its key; 0 for what is no number (see `wrong`), which no code and no number has."""
        return self._encoded[0]

    @cached_property
    def wrong(self) -> Flags:
        """True for what is no number: nothing at all, a character that is no digit, longer than `LONGEST`."""
        return self._encoded[1]

    @cached_property
    def _encoded(self) -> tuple[Ints, Flags]:
        import numpy as np

        digits = _digits()[self.matrix.T]
        keys = np.zeros(len(self), np.int64)
        wrong = digits[0] == 0
        for place in range(max(PLACES, len(digits))):
            if place < PLACES:
                keys *= 11
            if place < len(digits):
                column = digits[place]
                wrong |= column == _NO_DIGIT
                if place < PLACES:
                    keys += column
                if place >= LONGEST:
                    wrong |= column != 0
        keys[wrong] = 0
        return keys, wrong

    def picked(self, rows: Ints) -> Numbers:
        """Those of these rows only; each once, in the order in which they stand."""
        return self if len(rows) == len(self) else Numbers(self.matrix[rows])

    def begin_with(self, rows: Ints, prefix: str) -> Flags:
        """For these rows: does the number begin so? Any characters."""
        import numpy as np

        wanted = np.frombuffer(prefix.encode(), np.uint8)
        if len(wanted) > self.matrix.shape[1]:
            return np.zeros(len(rows), np.bool_)
        return np.asarray((self.matrix[rows, : len(wanted)] == wanted).all(axis=1), np.bool_)

    def edited(self, rows: Ints, strip: int, add: str) -> Numbers:
        """With `strip` characters of these rows cut off in front, then `add` put in front."""
        import numpy as np

        if not len(rows) or (not strip and not add):
            return self
        front = np.frombuffer(add.encode(), np.uint8)
        width = self.matrix.shape[1]
        wide = min(max(width, width - strip + len(front)), _KEPT)
        matrix = np.zeros((len(self), wide), np.uint8)
        matrix[:, :width] = self.matrix
        kept = self.matrix[rows, strip:]
        part = np.zeros((len(rows), len(front) + kept.shape[1]), np.uint8)
        part[:, : len(front)] = front
        part[:, len(front) :] = kept
        matrix[rows] = 0
        wide = min(wide, part.shape[1])
        matrix[rows, :wide] = part[:, :wide]
        return Numbers(matrix)

    def texts(self) -> list[str]:
        """All of them as text."""
        return [bytes(row).rstrip(b"\0").decode() for row in self.matrix]


def _as_kept(value: str) -> str:
    """What is too long or has no place in a matrix, as something that is just as wrong."""
    if len(value) > _KEPT:
        return "?" * _KEPT
    return value.encode("ascii", "replace").decode().replace("\0", "?")


def interval(code: str) -> tuple[int, int]:
    """The keys [from, to) of all numbers that begin with it. Raises ValueError for what is no code."""
    if len(code) > PLACES or not (code.isascii() and (code.isdigit() or not code)):
        raise ValueError(f"{code!r} is no code: expected at most {PLACES} digits")
    low = 0
    for digit in code:
        low = low * 11 + int(digit) + 1
    wide = 11 ** (PLACES - len(code))
    return low * wide, (low + 1) * wide


@lru_cache(1)
def _digits() -> Bytes:
    import numpy as np

    table = np.full(256, _NO_DIGIT, np.uint8)
    table[0] = 0
    table[ord("0") : ord("9") + 1] = np.arange(1, 11)
    return table
