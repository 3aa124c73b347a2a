"""Jobs of rating calls again: what they select, how far they are, and what a new one would meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.calls.raw import Status
from domain.calls.selection import MOST_DAYS, Selection
from domain.time.clock import rfc3339
from store.calls import day_state, rerating, selected
from store.calls.archiving import date_of
from store.calls.rerating import Job
from store.object import read
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown import calls

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A selection in words; days like 2027-01-15 (UTC). What is empty selects every call."""

    first: str
    last: str
    client: str = ""
    account: str = ""
    code: str = ""
    origin: str = ""
    gateway: str = ""
    status: str = ""
    tag: str = ""
    matched: str = ""
    zero: str = ""
    invoiced: str = "refuse"


def wanted(tx: Tx, now: float, asked: Asked) -> tuple[int, int, Selection]:
    """First day, last day and selection. Raises Refusal (bad_value, unknown_object)."""
    if not asked.first or not asked.last:
        raise Refusal("bad_value", "first, last: say which days are to be rated again, as 2027-01-15")
    first, last = calls.days(now, asked.first, asked.last)
    if last - first >= MOST_DAYS:
        raise Refusal(
            "bad_value", f"first: more than {MOST_DAYS} days: ask for several jobs, each of fewer days"
        )
    try:
        selection = Selection(
            client=calls.client_id(tx, asked.client) if asked.client else None,
            account=_account(tx, asked.account) if asked.account else None,
            code=asked.code,
            origin=asked.origin,
            gateway=asked.gateway,
            status=_status(asked.status) if asked.status else None,
            tag=asked.tag,
            matched=asked.matched,  # type: ignore[arg-type]
            zero=asked.zero,  # type: ignore[arg-type]
            invoiced=asked.invoiced,  # type: ignore[arg-type]
        )
    except ValueError as error:
        raise Refusal("bad_value", str(error)) from None
    return first, last, selection


def preview(tx: Tx, first: int, last: int, selection: Selection) -> Shown:
    """How many calls of which days it would look at, how many are invoiced, and what is in the way.

    ``{"legs", "invoiced", "days": [{"day", "legs"}], "problem"}``; `problem` may be None.
    """
    where, params = selected.where(selection)
    rows = tx.all(
        f"""SELECT day, COUNT(*), SUM(CASE WHEN invoice_id IS NOT NULL OR b.invoiced_until >= day
                THEN 1 ELSE 0 END)
            FROM xdr LEFT JOIN balance b ON b.organisation_id = client_id
            WHERE day BETWEEN ? AND ? AND {where} GROUP BY day ORDER BY day""",
        (first, last, *params),
    )
    return {
        "legs": sum(int(row[1]) for row in rows),
        "invoiced": sum(int(row[2]) for row in rows),
        "days": [{"day": str(date_of(row[0])), "legs": int(row[1])} for row in rows],
        "problem": in_the_way(tx, first, last),
    }


def in_the_way(tx: Tx, first: int, last: int) -> str | None:
    """Which of these days cannot be rated again, in one line; None if all can."""
    states = {
        day: state
        for day, (state, _) in day_state.states(tx).items()
        if first <= day <= last and state not in ("open", "rerating")
    }
    if not states:
        return None
    day, state = sorted(states.items())[0]
    more = f", and {len(states) - 1} days more" if len(states) > 1 else ""
    return f"{date_of(day)} is {state}{more}: restore it first, or ask for other days"


def listing(tx: Tx, *, limit: int = 50, before: int | None = None) -> list[Shown]:
    """The newest first."""
    return [_shown(tx, job) for job in rerating.newest(tx, limit, before)]


def one(tx: Tx, number: int) -> Shown:
    """One job. Raises Refusal (unknown_rerating)."""
    found = rerating.one(tx, number)
    if found is None:
        raise Refusal(
            "unknown_rerating", f"there is no rerating {number}: `tickworks rerating list` shows them"
        )
    return _shown(tx, found)


def _shown(tx: Tx, job: Job) -> Shown:
    days = job.last_day - job.first_day + 1
    done = days if job.state == "done" else min(days, job.next_day - job.first_day)
    return {
        "id": job.id,
        "state": job.state,
        "first": str(date_of(job.first_day)),
        "last": str(date_of(job.last_day)),
        "selection": _selection(tx, job.selection),
        "said": said(tx, job.selection),
        "invoiced": job.selection.invoiced,
        "days": days,
        "days_done": done,
        "legs": job.legs,
        "changed": job.changed,
        "refused": job.refused,
        "text": job.text,
        "asked_by": job.asked_by,
        "asked_at": rfc3339(job.asked_at),
        "ended_at": None if job.ended_at is None else rfc3339(job.ended_at),
    }


def said(tx: Tx, selection: Selection) -> str:
    """What it selects, in words."""
    parts = [
        f"{name} {value}" for name, value in _selection(tx, selection).items() if value not in (None, "")
    ]
    return ", ".join(parts) or "all calls"


def _selection(tx: Tx, selection: Selection) -> Shown:
    status = None if selection.status is None else Status(selection.status).word
    return {
        "client": _name(tx, "organisation", selection.client),
        "account": _name(tx, "voice_account", selection.account),
        "code": selection.code,
        "origin": selection.origin,
        "gateway": selection.gateway,
        "status": status,
        "tag": selection.tag,
        "matched": selection.matched,
        "zero": selection.zero,
    }


def _name(tx: Tx, table: str, number: int | None) -> str | None:
    if number is None:
        return None
    return str(tx.value(f"SELECT name FROM {table} WHERE id = ?", (number,)) or number)


def _account(tx: Tx, name: str) -> int:
    found = read.by_key(tx, "voice_account", name)
    if found is None:
        raise Refusal(
            "unknown_object", f"there is no voice account {name!r}: `tickworks object list voice_account`"
        )
    return int(found["id"])


def _status(word: str) -> int:
    known = {each.word: int(each) for each in Status}
    if word not in known:
        raise Refusal("bad_value", f"status: there is no {word!r}: expected one of {', '.join(known)}")
    return known[word]
