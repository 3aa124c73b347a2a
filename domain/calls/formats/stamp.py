"""Columns of stamps as epoch seconds: ISO 8601, "2026-11-22 00:53:11" of the gateway's zone, or epoch.

A local stamp of the hour that a zone has twice in autumn may mean either: `Stamps.late` says how much later
the second one is, and who knows the rest of the row decides (see `domain.calls.formats.twice`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from domain.calls.formats.column import FIRST, LAST, Wrong, shown

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: Zones change their clocks at a quarter of an hour.
_QUARTER = 900
_TEXT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?", re.ASCII
)
_EPOCH = re.compile(r"\d{1,18}(\.\d{1,9})?", re.ASCII)
#: From here on an epoch is one of milliseconds.
_MILLISECONDS = 100_000_000_000


class Stamps(NamedTuple):
    """`at`: epoch seconds, 0 for none; `late`: seconds to the second of two meanings, else 0."""

    at: Ints
    late: Ints
    wrong: Wrong


def stamps(column: Sequence[str], zone: ZoneInfo, what: str) -> Stamps:
    """Each stamp of a column; nothing at all is 0, and so is what is wrong."""
    import numpy as np

    longest = max(map(len, column), default=0)
    if longest in (19, 20):
        local = _all_local(column, longest)
        if local is not None:
            return _of_zone(local, zone if longest == 19 else ZoneInfo("UTC"), what)
    try:
        at = np.fromiter(map(int, [each or "0" for each in column]), np.int64, len(column))
    except (ValueError, OverflowError):
        return _one_by_one(column, zone, what)
    if ((at != 0) & ((at < FIRST) | (at >= LAST))).any() or "0" in column:
        return _one_by_one(column, zone, what)
    return Stamps(at, np.zeros(len(column), np.int64), {})


def _all_local(column: Sequence[str], longest: int) -> Ints | None:
    """Seconds where all are "YYYY-MM-DD HH:MM:SS" (with a Z if they are of 20 characters) or nothing (-1)."""
    import numpy as np

    try:
        cells = np.array(column, f"S{longest}").view(np.uint8).reshape(len(column), longest)
    except UnicodeEncodeError:
        return None
    empty = cells[:, 0] == 0
    if longest == 20 and not (empty | (cells[:, 19] == ord("Z"))).all():
        return None
    marks = cells[:, [4, 7, 10, 13, 16]]
    fits = (marks == np.frombuffer(b"-- ::", np.uint8)).all(1) | (
        marks == np.frombuffer(b"--T::", np.uint8)
    ).all(1)
    digits = cells[:, [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]].astype(np.int64) - 48
    right = fits & ((digits >= 0) & (digits <= 9)).all(1)
    if not (right | empty).all():
        return None
    digits[empty] = 0
    tens = digits[:, 0::2] * 10 + digits[:, 1::2]
    year, month, day = tens[:, 0] * 100 + tens[:, 1], tens[:, 2], tens[:, 3]
    hour, minute, second = tens[:, 4], tens[:, 5], tens[:, 6]
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    longest = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87)[month] + (
        leap & (month == 2)
    )
    real = (day >= 1) & (day <= longest) & (hour < 24) & (minute < 60) & (second < 60)
    if not (real | empty).all():
        return None
    # Days of the civil calendar, as in H. Hinnant's "chrono-compatible low-level date algorithms".
    year = year - (month <= 2)
    days = (
        365 * year
        + year // 4
        - year // 100
        + year // 400
        + (153 * ((month + 9) % 12) + 2) // 5
        + day
        - 719_469
    )
    local: Ints = np.where(empty, -1, days * 86_400 + hour * 3600 + minute * 60 + second)
    return local


def _of_zone(local: Ints, zone: ZoneInfo, what: str) -> Stamps:
    import numpy as np

    quarters, places = np.unique(local // _QUARTER, return_inverse=True)
    offsets = [_offsets(int(quarter) * _QUARTER, zone) for quarter in quarters]
    first, second = np.array(offsets, np.int64).reshape(-1, 2).T
    at = local - first[places]
    late = np.maximum(first - second, 0)[places]
    at[local < 0] = late[local < 0] = 0
    wrong: Wrong = {}
    for row in np.nonzero((local >= 0) & ((at < FIRST) | (at >= LAST)))[0].tolist():
        wrong[row] = _wrong_year(int(at[row]), what)
        at[row] = late[row] = 0
    return Stamps(at, late, wrong)


def _offsets(local: int, zone: ZoneInfo) -> tuple[int, int]:
    """Seconds ahead of UTC, of the first and of the second meaning of a local time."""
    if not FIRST - 86_400 <= local < LAST + 86_400:
        return 0, 0
    moment = datetime(1970, 1, 1) + timedelta(seconds=local)  # noqa: DTZ001 (its zone comes next)
    both = (moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    first, second = (int(offset.total_seconds()) for offset in both)
    return first, second


def _one_by_one(column: Sequence[str], zone: ZoneInfo, what: str) -> Stamps:
    import numpy as np

    at, late, wrong = np.zeros(len(column), np.int64), np.zeros(len(column), np.int64), {}
    for row, text in enumerate(column):
        text = text.strip()
        if not text:
            continue
        try:
            at[row], late[row] = one(text, zone)
        except ValueError:
            wrong[row] = f"{what} is {shown(text)}: expected such as 2026-11-22 00:53:11"
            continue
        if not FIRST <= at[row] < LAST:
            wrong[row] = _wrong_year(int(at[row]), what)
            at[row] = late[row] = 0
    return Stamps(at, late, wrong)


def one(text: str, zone: ZoneInfo) -> tuple[int, int]:
    """Epoch seconds of one stamp, and the seconds to its second meaning. Raises ValueError."""
    if _EPOCH.fullmatch(text):
        at = int(text.partition(".")[0])
        return (at // 1000 if at >= _MILLISECONDS else at), 0
    found = _TEXT.fullmatch(text)
    if not found:
        raise ValueError(text)
    *parts, ahead = found.groups()
    year, month, day, hour, minute, second = map(int, parts)
    if ahead:
        told = UTC if ahead[0] not in "+-" else _ahead(ahead)
        return int(datetime(year, month, day, hour, minute, second, tzinfo=told).timestamp()), 0
    local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    seconds = int(local.timestamp())
    first, second_offset = _offsets(seconds, zone)
    return seconds - first, max(0, first - second_offset)


def _ahead(text: str) -> timezone:
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _wrong_year(at: int, what: str) -> str:
    year = 1970 + at // 31_556_952
    return f"{what} is in the year {year}: the clock of the gateway is wrong"
