"""From rated legs to the rows of `xdr`: what the files said, and what became of it, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import eq, itemgetter
from typing import TYPE_CHECKING, Any

from domain.calls.raw import RawLegs
from domain.rating.arrays import NONE
from domain.rating.rating import Rated
from domain.rating.time_profile import DAY

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: What is kept as it was told, so that a leg can be rated again.
TOLD = (
    *("day", "at", "key", "batch_id", "file_id", "gateway", "session", "leg", "origin", "status", "cause"),
    *("src", "dst", "host", "name", "pin", "tags", "volume", "pdd", "scd"),
)
#: What the rating makes of it.
RESULT = (
    *("reason", "rule_id", "client_id", "account_id", "rated_src", "rated_dst", "code", "table_id"),
    *("rate_id", "billed", "charge", "cost"),
)
COLUMNS = (*TOLD, *RESULT, "version")
TEXTS = frozenset({"gateway", "session", "leg", "src", "dst", "host", "name", "pin", "tags"}) | frozenset(
    {"rated_src", "rated_dst", "code"}
)
#: Where -1 stands for "none".
IDS = frozenset({"file_id", "rule_id", "client_id", "account_id", "table_id", "rate_id"})
#: Times that are none (the reason is BAD_TIME) lie on day 0, or a day for each of them would be made.
LAST_DAY = (2**33 - 1) // DAY


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns by their names in `xdr`: lists of text, arrays of numbers; `key` is a list of bytes."""

    columns: dict[str, Any]

    def __len__(self) -> int:
        return len(self.columns["at"])

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def picked(self, rows: Ints) -> Rows:
        """These rows, in this order."""
        import numpy as np

        if np.array_equal(rows, np.arange(len(self))):
            return self
        return Rows({name: pick(column, rows) for name, column in self.columns.items()})


def days(at: Ints) -> Ints:
    """The day (since 1970, UTC) of each leg."""
    import numpy as np

    day = at // DAY
    return np.where((day < 0) | (day > LAST_DAY), 0, day)


def pick(column: Any, rows: Ints) -> Any:
    """These rows of a column, in this order."""
    return _those(column, rows.tolist()) if isinstance(column, list) else column[rows]


def _those(column: Sequence[Any], places: list[int]) -> list[Any]:
    """One call for all of them, not one for each."""
    return list(itemgetter(*places)(column)) if len(places) > 1 else [column[at] for at in places]


def picked(raw: RawLegs, rows: Ints) -> RawLegs:
    """These legs of a file, in this order."""
    return RawLegs(*(pick(getattr(raw, name), rows) for name in RawLegs.__slots__))


def ordered(raw: RawLegs, keys: Sequence[bytes], those: Ints) -> Ints:
    """Places of legs by day and key: in this order their index is written fastest. The first stays first."""
    import numpy as np

    of_those = np.array(pick(list(keys), those), "S16")
    found: Ints = those[np.lexsort((those, of_those, days(raw.at[those])))]
    return found


def rows(
    raw: RawLegs,
    keys: Sequence[bytes],
    gateway: str,
    file_id: int | None,
    batch_id: int,
    rated: Rated,
    those: Ints,
) -> Rows:
    """The rows of `those` legs of a chunk, in that order; `keys` and `rated` are by place in the chunk."""
    import numpy as np

    some = picked(raw, those)
    many = len(those)
    told: dict[str, Any] = {
        "day": days(some.at),
        "at": some.at,
        "key": pick(list(keys), those),
        "batch_id": np.full(many, batch_id, np.int64),
        "file_id": np.full(many, NONE if file_id is None else file_id, np.int64),
        "gateway": [gateway] * many,
    }
    told.update({name: getattr(some, name) for name in TOLD if name not in told})
    return Rows({**told, **results(rated, those), "version": np.ones(many, np.int64)})


def results(rated: Rated, those: Ints) -> dict[str, Any]:
    """The columns of `RESULT` for these rows. A leg without a charge keeps whose it was, not an amount."""
    import numpy as np

    numbers = {
        **{"reason": rated.reason, "rule_id": rated.rule, "client_id": rated.client},
        **{"account_id": rated.account, "table_id": rated.table, "rate_id": rated.rate},
        **{"billed": rated.billed, "charge": rated.charge, "cost": rated.cost},
    }
    found: dict[str, Any] = {name: column[those] for name, column in numbers.items()}
    failed = found["reason"] != 0
    for name in ("billed", "charge", "cost"):
        found[name] = np.where(failed, 0, found[name])
    found["code"] = _codes(rated, those)
    for name, column in (("rated_src", rated.src), ("rated_dst", rated.dst)):
        found[name] = _texts(column.matrix[those])
    return found


def _codes(rated: Rated, those: Ints) -> list[str]:
    """The text of each leg's code, "" where there is none."""
    import numpy as np

    places = rated.code[those]
    if not rated.codes:
        return [""] * len(those)
    found = _those(rated.codes, np.maximum(places, 0).tolist())
    for at in np.nonzero(places == NONE)[0].tolist():
        found[at] = ""
    return found


def _texts(matrix: Any) -> list[str]:
    """Numbers as text; numpy cuts a whole column at once."""
    import numpy as np

    if not len(matrix):
        return []
    whole = np.ascontiguousarray(matrix).view(f"S{matrix.shape[1]}").ravel()
    return list(map(bytes.decode, whole.tolist()))


def same(old: Rows, new: dict[str, Any]) -> Any:
    """Which rows have the same results as before: a flag for each."""
    import numpy as np

    equal = np.ones(len(old), np.bool_)
    for name in RESULT:
        if name not in TEXTS:
            equal &= old[name] == new[name]
        elif old[name] != new[name]:
            equal &= np.fromiter(map(eq, old[name], new[name]), np.bool_, len(old))
    return equal
