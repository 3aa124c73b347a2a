"""Which rate a call has: the longest code with a rate in force, of the table or of those above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rating.arrays import NONE
from domain.rating.tariff import Tariff
from domain.rating.time_profile import inside

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints


@dataclass(frozen=True, slots=True)
class Asked:
    """A row for each call. `table`: its place; `key`, `src_key`: of the called and the calling number.

    `at`: epoch seconds in which it began; `tags`: the place in `carried` of the set of tags it carries.
    """

    table: Ints
    key: Ints
    src_key: Ints
    at: Ints
    tags: Ints
    carried: Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`code` and `rate` are places; NONE for none. Without a rate, `code` is the longest that there is.

    `additive`: for each turn the rows and their rates, to be charged on top.
    """

    code: Ints
    rate: Ints
    additive: tuple[tuple[Ints, Ints], ...]


def choose(tariff: Tariff, asked: Asked) -> Chosen:
    """By preference: the longer code; the table before its parent; then of the rates of that code in force
    the longer calling code; one with a tag, the first by name; one with a time profile, the first by name.

    A code without any that fits gives way to the next shorter one. What is additive comes from the code
    that the rate came from, all that fits.
    """
    import numpy as np

    if not len(tariff.codes.length):
        nothing = np.full(len(asked.at), NONE, np.int64)
        return Chosen(nothing, nothing, ())
    has = _carried(tariff, asked)
    nearest = _nearest(tariff, asked)
    code = _longest(tariff, nearest)[0]
    found = np.full(len(asked.at), NONE, np.int64)
    rows = np.nonzero(code != NONE)[0]
    while len(rows):
        codes, level = _longest(tariff, [each[rows] for each in nearest])
        some = codes != NONE
        rows, codes, level = rows[some], codes[some], level[some]
        rates = _preferred(tariff, asked, has, rows, codes)
        good = rates != NONE
        found[rows[good]], code[rows[good]] = rates[good], codes[good]
        rows, codes, level = rows[~good], codes[~good], level[~good]
        for at, column in enumerate(nearest):
            of_level = level == at
            column[rows[of_level]] = tariff.codes.shorter[codes[of_level]]
    additive = (
        _additive(tariff, asked, has, np.nonzero(found != NONE)[0], code) if tariff.offers.additive else ()
    )
    return Chosen(code, found, additive)


def _nearest(tariff: Tariff, asked: Asked) -> list[Ints]:
    """The longest code of the table, of its parent, and so on."""
    import numpy as np

    columns = [tariff.codes.find(asked.table, asked.key)]
    table = tariff.parent[asked.table]
    while len(rows := np.nonzero(table != NONE)[0]):
        column = np.full(len(table), NONE, np.int64)
        column[rows] = tariff.codes.find(table[rows], asked.key[rows])
        columns.append(column)
        table[rows] = tariff.parent[table[rows]]
    return columns


def _longest(tariff: Tariff, nearest: list[Ints]) -> tuple[Ints, Ints]:
    """The longest code of each row, and its level; of codes of the same length the nearer table's."""
    import numpy as np

    if len(nearest) == 1:
        return nearest[0].copy(), np.zeros(len(nearest[0]), np.int64)
    codes = np.stack(nearest)
    length = np.where(codes == NONE, NONE, tariff.codes.length[codes])
    level = length.argmax(axis=0)
    return codes[level, np.arange(len(level))], level


def _preferred(tariff: Tariff, asked: Asked, has: Flags, rows: Ints, codes: Ints) -> Ints:
    """The first rate of each code that fits its row."""
    import numpy as np

    found = np.full(len(rows), NONE, np.int64)
    left, turn = np.arange(len(rows)), 0
    while len(left):
        of = 2 * codes[left]
        more = tariff.offers.count[of] > turn
        left, offer = left[more], tariff.offers.first[of[more]] + turn
        rates = _fitting(tariff, asked, has, rows[left], offer)
        good = rates != NONE
        found[left[good]] = rates[good]
        left, turn = left[~good], turn + 1
    return found


def _additive(
    tariff: Tariff, asked: Asked, has: Flags, rows: Ints, code: Ints
) -> tuple[tuple[Ints, Ints], ...]:
    turns, turn = [], 0
    while len(rows):
        of = 2 * code[rows] + 1
        more = tariff.offers.count[of] > turn
        rows, offer = rows[more], tariff.offers.first[of[more]] + turn
        rates = _fitting(tariff, asked, has, rows, offer)
        good = rates != NONE
        if good.any():
            turns.append((rows[good], rates[good]))
        turn += 1
    return tuple(turns)


def _fitting(tariff: Tariff, asked: Asked, has: Flags, rows: Ints, offer: Ints) -> Ints:
    """The version of each offer in force; NONE if none is, or the offer is not for this call."""
    import numpy as np

    offers = tariff.offers
    rates = tariff.versions.live(offer, asked.at[rows])
    if offers.plain:
        return rates
    caller, tag, profile = asked.src_key[rows], offers.tag[offer], offers.profile[offer]
    fits = (offers.src_from[offer] <= caller) & (caller < offers.src_to[offer])
    fits &= (tag == NONE) | has[asked.tags[rows], tag]
    for each in np.unique(profile):
        if each != NONE:
            those = np.nonzero((profile == each) & fits)[0]
            fits[those] = inside(tariff.profiles[each], asked.at[rows[those]])
    return np.where(fits, rates, NONE)


def _carried(tariff: Tariff, asked: Asked) -> Flags:
    """Which set of tags holds which tag of the rates."""
    import numpy as np

    has = np.zeros((len(asked.carried), max(1, len(tariff.tags))), np.bool_)
    for row, carried in enumerate(asked.carried):
        has[row, : len(tariff.tags)] = [tag in carried for tag in tariff.tags]
    return has
