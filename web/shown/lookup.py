"""What a number costs at a time, for a client or an account, and why: as the calculator would rate it."""

from __future__ import annotations

from typing import Any

from config.secrets import SecretError
from domain.money import from_charge, from_price
from domain.rating.at_work import SAID, Reason
from domain.rating.legs import Leg, Legs
from domain.rating.passed_over import Looked, why
from domain.rating.rate import Rate
from domain.rating.rating import Rated, rate
from domain.time.clock import as_datetime
from store import secret
from store.object import read
from store.rating import offered
from store.rating.kept import current
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown.lookup_question import Question

Shown = dict[str, Any]
#: What to do about a leg that has no charge.
NEXT = {
    Reason.BAD_TIME: "Ask for a time from 1970 to 2242.",
    Reason.BAD_VOLUME: "Ask for a volume of 0 or more seconds.",
    Reason.DENIED: "Change, order or end the traffic rule if it should not have denied it.",
    Reason.NO_ACCOUNT: "Give the client an account by which its calls are known.",
    Reason.NO_TABLE: "Give the client or the account a rate table for this side of its calls.",
    Reason.BAD_NUMBER: "Give the account a translation that leaves only digits.",
    Reason.NO_CODE: "Add a rate for a code that the number begins with.",
    Reason.NO_RATE: "Look at the dates, tags and hours of the rates below.",
    Reason.NO_DAY_RATE: "Add a day rate for this day, or for one shortly before it.",
    Reason.TOO_LARGE: "Look at the price of the rate.",
}


def look_up(tx: Tx, question: Question) -> Shown:
    """``{number, at, seconds, src, results, warnings}``: a result for each account that may have the call.

    Raises Refusal (unknown_object, bad_value).
    """
    try:
        book, left_out = current(tx)
    except ValueError as error:
        raise Refusal("bad_value", f"nothing can be rated: {error}") from None
    results = []
    for account in _accounts(tx, question):
        found = rate(book, Legs.of([_leg(account, question)]))
        results.append(_Result(tx, question, account, found).shown())
    missing = offered.without_day_rate(tx, question.at)
    warnings = [f"{code} has no day rate for this day" for code in missing]
    if missing and offered.base(tx) is None:
        warnings = ["no currency is marked as base, so that none can be converted into another"]
    return {
        "number": question.number,
        "at": _instant(question.at),
        "seconds": question.seconds,
        "src": question.src,
        "tags": sorted(question.tags),
        "results": results,
        "warnings": [*warnings, *left_out],
    }


def _accounts(tx: Tx, question: Question) -> list[Shown]:
    if question.account:
        row = read.by_key(tx, "voice_account", question.account)
        if row is None:
            raise Refusal("unknown_object", f"there is no voice account {question.account!r}")
        return [row]
    party = read.by_key(tx, "organisation", question.client)
    if party is None:
        raise Refusal("unknown_object", f"there is no organisation {question.client!r}")
    if not read.live(tx, "voice_client", organisation_id=party["id"]):
        raise Refusal(
            "unknown_object", f"{party['name']} is no voice client: add one with its currency first"
        )
    return offered.accounts(tx, party["id"])


def _leg(account: Shown, question: Question) -> Leg:
    """A call as this account has it."""
    known = {"ip": "host", "name": "name", "number": "src", "pin": "pin"}[account["kind"]]
    said = {"src": question.src, known: _pin(account) if known == "pin" else account["value"]}
    return Leg(
        question.at,
        question.seconds,
        account["tech_prefix"] + question.number,
        gateway=account["gateway"] or "",
        origin=account["origin"],
        tags=question.tags,
        **said,
    )


def _pin(account: Shown) -> str:
    try:
        return secret.follow(account["pin"])
    except SecretError:
        return ""  # it is in no book either, and the warnings say so


class _Result:
    """One leg that was rated, in words."""

    def __init__(self, tx: Tx, question: Question, account: Shown, rated: Rated) -> None:
        self._tx, self._question, self._account, self._rated = tx, question, account, rated
        self._reason = Reason(int(rated.reason[0]))
        self._dst, self._src = rated.dst.texts()[0], rated.src.texts()[0]
        client = read.live(tx, "voice_client", organisation_id=account["client_id"])
        self._client = client[0] if client else None
        self._table = self._own_table()
        self._chain = offered.chain(tx, self._table) if self._table else []

    def shown(self) -> Shown:
        """All that is known of it."""
        used, candidates = self._rates()
        rated, account = self._rated, self._account
        table = read.by_id(self._tx, "rate_table", used.table if used else self._table or 0)
        code = used.code if used else ""
        named = offered.destination(self._tx, self._chain, code or self._dst)
        currency = self._client["currency"] if self._client else ""
        return {
            "account": account["name"],
            "client": account["client"],
            "side": account["origin"],
            "known_by": account["kind"],
            "other_account": self._other(),
            "reason": self._reason.name,
            "said": SAID[self._reason],
            "next": NEXT.get(self._reason, ""),
            "rule": self._rule(),
            "rated_dst": self._dst,
            "rated_src": self._src,
            "table": table["name"] if table else None,
            "table_of": "account" if account["rate_table"] else "client" if table else None,
            "own_table": self._name(self._table),
            "code": code if used else None,
            "destination": named["title"] if named else "",
            "country": named["country"] if named else "",
            "rate": self._rate(used),
            "billed": int(rated.billed[0]),
            "charge": f"{from_charge(int(rated.charge[0])):f}",
            "charge_currency": table["currency"] if table else "",
            "cost": f"{from_charge(int(rated.cost[0])):f}",
            "cost_currency": currency,
            "day_rates": self._day_rates(table["currency"] if table else "", currency),
            "rates": candidates,
        }

    def _own_table(self) -> int | None:
        own: int | None = self._account["rate_table_id"]
        if own is None and self._client is not None:
            own = self._client["orig_table_id" if self._account["origin"] == "orig" else "term_table_id"]
        return own

    def _rates(self) -> tuple[Rate | None, list[Shown]]:
        """The rate that is used, and all that the tables have for the number, each with the reason."""
        if not self._chain or not self._dst.isdigit():
            return None, []
        found = offered.rates(self._tx, self._chain, self._dst)
        own = int(self._rated.rate[0])
        extra = frozenset(int(ids[0]) for _, ids, _ in self._rated.additive if len(ids))
        used = next((each for each in found if each.id == own), None)
        tags = self._rated.sets[int(self._rated.tags[0])]
        call = Looked(self._dst, self._src, self._question.at, tags, own, extra, self._chain)
        profiles = {each.name: each for each in current(self._tx).book.tariff.profiles}
        return used, [
            {**(self._rate(each) or {}), "why": why(each, call, used, profiles.get(each.profile))}
            for each in found
        ]

    def _rate(self, found: Rate | None) -> Shown | None:
        if found is None:
            return None
        return {
            "id": found.id,
            "table": self._name(found.table),
            "code": found.code,
            "price": f"{from_price(found.price):f}",
            "unit": found.unit,
            "setup": f"{from_price(found.setup):f}",
            "minimum": found.minimum,
            "interval": found.interval,
            "grace": found.grace,
            "since": _instant(found.since) if found.since else None,
            "until": None if found.until is None else _instant(found.until),
            "src_code": found.src_code,
            "tag": found.tag,
            "time_profile": found.profile,
            "additive": found.additive,
        }

    def _name(self, table_id: int | None) -> str | None:
        row = None if table_id is None else read.by_id(self._tx, "rate_table", table_id)
        return None if row is None else str(row["name"])

    def _other(self) -> str | None:
        """The account that has such calls instead of the one that was meant."""
        found = int(self._rated.account[0])
        if found in (self._account["id"], -1):
            return None
        row = read.by_id(self._tx, "voice_account", found)
        return None if row is None else f"{row['name']} of {row['client']}"

    def _rule(self) -> str | None:
        row = read.by_id(self._tx, "traffic_rule", int(self._rated.rule[0]))
        return None if row is None else str(row["name"])

    def _day_rates(self, source: str, target: str) -> list[Shown]:
        if not source or not target or source == target:
            return []
        known = offered.base(self._tx)
        found = []
        for code in (source, target):
            if known is not None and code == known[0]:
                continue
            row = offered.day_rate(self._tx, code, self._question.at)
            told = None if row is None else f"{from_price(row['per_base']):f}"
            found.append({"currency": code, "day": row and row["day"], "per_base": told})
        return found


def _instant(at: int) -> str:
    return as_datetime(at).isoformat().replace("+00:00", "Z")
