"""What the Summary Report is asked for, from words to hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.rating.legs import ORIGINS
from store.calls.archiving import date_of
from store.calls.report import Wanted
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown import call_summary, calls

HOUR = 3600


def wanted(
    tx: Tx,
    now: float,
    zone: ZoneInfo,
    first: str,
    last: str,
    origin: str,
    client: str,
    gateway: str,
    code: str,
    by: str,
) -> Wanted:
    """Days are those of `zone`, in whole hours, up to now. Raises Refusal (bad_value, unknown_object)."""
    if by not in call_summary.BY:
        raise Refusal("bad_value", f"by: there is no {by!r}: expected one of {', '.join(call_summary.BY)}")
    if origin not in ORIGINS:
        raise Refusal("bad_value", f"origin: there is no {origin!r}: expected one of {', '.join(ORIGINS)}")
    begin, end = calls.days(now, first, last)
    return Wanted(
        first=_hour(begin, zone),
        end=max(_hour(begin, zone) + 1, min(_hour(end + 1, zone), int(now // HOUR) + 1)),
        origin=ORIGINS.index(origin),
        client_id=calls.client_id(tx, client) if client else None,
        gateway=gateway,
        code=code,
    )


def _hour(day: int, zone: ZoneInfo) -> int:
    """The hour since 1970 in which this date begins there; zones of half hours begin a little late."""
    midnight = datetime.combine(date_of(day), datetime.min.time(), zone)
    return -int(-midnight.timestamp() // HOUR)
