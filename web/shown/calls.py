"""Calls and why they have no charge, as the API and the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.calls.raw import Status
from domain.money import from_charge
from domain.rating.at_work import SAID, Reason
from domain.rating.legs import ORIGINS
from domain.time.clock import rfc3339
from store.calls import listed, mismatches
from store.calls.archiving import date_of, day_of
from store.calls.listed import Place, Search
from store.object import read
from store.tx import Tx
from web.acts.refusal import Refusal

Shown = dict[str, Any]

STATUSES = {each.word: int(each) for each in Status}
REASONS = {each.name.lower(): int(each) for each in Reason if each is not Reason.RATED}
#: The customer's side of a call and the vendor's.
SIDES = {"orig": "customers", "term": "vendors"}

#: Days that are looked through where nobody says which.
DAYS = 7
MOST_DAYS = 366
#: Calls have times between these.
FIRST, LAST = date(1970, 1, 1), date(2242, 1, 1)


def question(
    tx: Tx,
    now: float,
    *,
    client: str = "",
    number: str = "",
    first: str = "",
    last: str = "",
    status: str = "",
    origin: str = "",
    gateway: str = "",
    reason: str = "",
    mismatched: bool = False,
) -> Search:
    """What was asked for in words. Raises Refusal (bad_value, unknown_object)."""
    begin, end = days(now, first, last)
    digits = "".join(number.split()).lstrip("+")
    return Search(
        first=begin,
        last=end,
        client_id=None if not client else client_id(tx, client),
        number=digits,
        status=_known("status", status, STATUSES),
        origin=_known("origin", origin, {name: place for place, name in enumerate(ORIGINS)}),
        gateway=gateway,
        reason=_known("reason", reason, REASONS),
        mismatched=mismatched,
    )


def days(now: float, first: str, last: str, usual: int = DAYS) -> tuple[int, int]:
    """First and last day since 1970 (UTC), of dates like 2027-01-15. Raises Refusal (bad_value)."""
    today = datetime.fromtimestamp(now, UTC).date()
    end = _date("last", last) or max(today, _date("first", first) or today)
    begin = _date("first", first) or end - timedelta(days=usual - 1)
    if begin > end:
        raise Refusal("bad_value", f"first: {begin} comes after last, {end}")
    if (end - begin).days >= MOST_DAYS:
        raise Refusal(
            "bad_value", f"first: from {begin} to {end} are more than {MOST_DAYS} days: ask for fewer"
        )
    return day_of(begin), day_of(end)


def client_id(tx: Tx, name: str) -> int:
    """The id of the organisation of this name. Raises Refusal (unknown_object)."""
    found = read.by_key(tx, "organisation", name)
    if found is None:
        raise Refusal(
            "unknown_object", f"there is no organisation {name!r}: `tickworks object list organisation`"
        )
    return int(found["id"])


def page(tx: Tx, search: Search, *, limit: int = 50, cursor: str | None = None) -> Shown:
    """``{"calls", "next"}``: the newest day first; `next` is the cursor of the page after it, or None.

    A page may be short and still have a next one: it looks through 2,000,000 calls of days at most.
    Raises ValueError for a cursor that is none.
    """
    rows, more = listed.page(tx, search, limit, None if cursor is None else _place(cursor))
    return {"calls": [_call(row) for row in rows], "next": more and f"{more.day}_{more.id}"}


def one(tx: Tx, day: date, call_id: int) -> Shown | None:
    """A call with everything that is known of it, and the rate it was charged by; None: there is none."""
    row = listed.one(tx, day_of(day), call_id)
    if row is None:
        return None
    more = {
        **{name: row[name] for name in ("session", "leg", "host", "name", "cause", "version", "code")},
        "tags": list(filter(None, row["tags"].split(","))),
        "pdd": row["pdd"] / 1000,
        "scd": row["scd"] / 1000,
        "rated_src": row["rated_src"],
        "rated_dst": row["rated_dst"],
        "rule": row["rule_id"],
        "rate_table": row["rate_table"],
        "rate": row["rate_id"],
        "charge": money(row["charge"]),
        "charge_currency": row["table_currency"],
        "invoice": row["invoice_id"],
        "file": row["file"],
        "file_id": row["file_id"],
        "batch": row["batch_id"],
    }
    return _call(row) | more


def mismatched(tx: Tx, first: int, last: int, reason: str = "") -> list[Shown]:
    """Calls without a charge by what they have in common, the most frequent first."""
    found = mismatches.groups(tx, first, last, reason=_known("reason", reason, REASONS))
    return [
        {
            "reason": Reason(row["reason"]).name.lower(),
            "why": SAID[Reason(row["reason"])],
            "gateway": row["gateway"],
            "origin": ORIGINS[row["origin"]],
            "host": row["host"],
            "name": row["name"],
            "client": row["client"],
            "calls": row["legs"],
            "first": str(date_of(row["first_day"])),
            "last": str(date_of(row["last_day"])),
            "newest_at": rfc3339(row["newest_at"]),
            "example": row["example"],
        }
        for row in found
    ]


def money(amount: int) -> str:
    """Units of a currency as plain decimals."""
    return f"{from_charge(amount):f}"


def _call(row: Mapping[str, Any]) -> Shown:
    reason = Reason(row["reason"])
    return {
        "id": row["id"],
        "day": str(date_of(row["day"])),
        "at": rfc3339(row["at"]),
        "gateway": row["gateway"],
        "origin": ORIGINS[row["origin"]],
        "status": Status(row["status"]).word,
        "src": row["src"],
        "dst": row["dst"],
        "seconds": row["volume"],
        "billed": row["billed"],
        "client": row["client"],
        "account": row["account"],
        "code": row["code"],
        "cost": money(row["cost"]),
        "currency": row["currency"],
        "reason": reason.name.lower(),
        "why": SAID[reason],
    }


def _known(what: str, word: str, known: Mapping[str, int]) -> int | None:
    if not word:
        return None
    if word not in known:
        raise Refusal("bad_value", f"{what}: there is no {word!r}: expected one of {', '.join(known)}")
    return known[word]


def _date(what: str, text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refusal("bad_value", f"{what}: expected a day like 2027-01-15, not {text!r}") from None
    if not FIRST <= found <= LAST:
        raise Refusal("bad_value", f"{what}: {found} lies outside {FIRST.year} to {LAST.year}")
    return found


def _place(cursor: str) -> Place:
    day, mark, call_id = cursor.partition("_")
    if not mark or not all(part.lstrip("-").isdigit() and len(part) < 20 for part in (day, call_id)):
        raise ValueError(f"{cursor!r} is no cursor: take `next` of the page before")
    return Place(int(day), int(call_id))
