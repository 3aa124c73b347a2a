"""Calls that are made up, as lines of the common format: the same seed and time give the same calls.

They go from the sample's customers to its vendors, to numbers of its code deck; see `domain.sample`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.calls.raw import Status
from domain.sample.codes import COUNTRIES, deck
from domain.sample.voice import CUSTOMERS, VENDORS

if TYPE_CHECKING:
    import numpy as np

HEADER = (
    "session_id,orig_host,term_host,src,dst,setup_at,connect_at,disconnect_at,"
    "duration,status,cause,pdd_ms,scd_ms"
)
#: Calls of one block.
BLOCK = 20_000
#: In how many of a hundred calls, and the cause of Q.850.
_ENDS = (
    (Status.ANSWERED, 58, 16),
    (Status.NO_ANSWER, 18, 19),
    (Status.BUSY, 12, 17),
    (Status.CANCELLED, 6, 16),
    (Status.CONGESTION, 4, 34),
    (Status.FAILED, 2, 41),
)
#: The mean duration of an answered call, and the longest, in seconds.
_MEAN, _LONGEST = 170.0, 7_200
#: One in so many rows is damaged, if rows are.
DAMAGED = 100


class Batch(NamedTuple):
    """So many calls that begin within `span` seconds from `start` (epoch seconds)."""

    calls: int
    start: int
    span: int
    seed: int = 1
    damaged: bool = False


def lines(batch: Batch) -> Iterator[str]:
    """The text of a file in blocks, its header first; memory is that of one block."""
    import numpy as np

    rng = np.random.default_rng((batch.seed, batch.start))
    pools = _pools()
    yield HEADER + "\n"
    for first in range(0, batch.calls, BLOCK):
        count = min(BLOCK, batch.calls - first)
        # Each block has its part of the span, so that calls come in the order in which they began.
        low = batch.start + batch.span * first // batch.calls
        high = batch.start + batch.span * (first + count) // batch.calls
        rows = _rows(rng, pools, f"{batch.seed:x}-{batch.start:x}-", first, count, (low, max(high, low + 1)))
        yield "\n".join(_with_faults(rows, first) if batch.damaged else rows) + "\n"


class _Pools:
    """What is drawn from: made once for all blocks."""

    def __init__(self) -> None:
        weights = {letters: weight for _, _, letters, weight in COUNTRIES}
        codes = deck()
        below: dict[str, int] = {}
        for each in codes:
            below[each.country] = below.get(each.country, 0) + 1
        import numpy as np

        share = np.array([weights[each.country] / below[each.country] for each in codes])
        self.edges = np.cumsum(share / share.sum())
        self.codes = [each.code for each in codes]


@lru_cache(1)
def _pools() -> _Pools:
    return _Pools()


class _Stamps(dict[int, str]):
    """Seconds as they are written, each made once."""

    def __missing__(self, at: int) -> str:
        self[at] = text = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return text


def _rows(
    rng: np.random.Generator, pools: _Pools, mark: str, first: int, count: int, span: tuple[int, int]
) -> list[str]:
    import numpy as np

    setup = np.sort(rng.integers(*span, count))
    ends = rng.choice(len(_ends()[0]), count, p=_ends()[1])
    answered = ends == 0
    scd = rng.integers(800, 12_000, count)
    duration = np.where(answered, np.minimum(rng.exponential(_MEAN, count).astype(np.int64) + 1, _LONGEST), 0)
    code = np.minimum(np.searchsorted(pools.edges, rng.random(count)), len(pools.codes) - 1)
    columns: Any = zip(
        range(first, first + count),
        rng.choice(list(CUSTOMERS.values()), count, p=(0.7, 0.3)).tolist(),
        rng.choice(list(VENDORS.values()), count, p=(0.6, 0.4)).tolist(),
        rng.integers(1_000_000, 10_000_000, (count, 2)).tolist(),
        code.tolist(),
        setup.tolist(),
        (setup + scd // 1000).tolist(),
        duration.tolist(),
        ends.tolist(),
        rng.integers(200, 3_000, count).tolist(),
        scd.tolist(),
        strict=True,
    )
    codes, stamp = pools.codes, _Stamps()
    words = [(status.word, cause) for status, _, cause in _ENDS]
    found = []
    for number, host, out, (own, other), place, at, connected, lasts, end, pdd, ring in columns:
        word, cause = words[end]
        connect = stamp[connected] if end == 0 else ""
        found.append(
            f"{mark}{number},{host},{out},4930{own},{codes[place]}{other},{stamp[at]},{connect},"
            f"{stamp[connected + lasts]},{lasts},{word},{cause},{pdd},{ring if end == 0 else 0}"
        )
    return found


def _ends() -> tuple[tuple[Status, ...], list[float]]:
    return tuple(status for status, _, _ in _ENDS), [share / 100 for _, share, _ in _ENDS]


def _with_faults(rows: list[str], first: int) -> Iterator[str]:
    """One in `DAMAGED` rows as switches damage them, one way after the other."""
    for number, row in enumerate(rows, first):
        if number % DAMAGED != DAMAGED // 2:
            yield row
            continue
        cells = row.split(",")
        way = number // DAMAGED % 5
        if way == 0:
            cells[5] = "not a time"
        elif way == 1:
            cells[8] = "-" + (cells[8] if cells[8] != "0" else "1")
        elif way == 2:
            cells = cells[:6]
        elif way == 3:
            cells.append("one too many")
        else:
            cells[0] = ""
        yield ",".join(cells)
