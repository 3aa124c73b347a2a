"""A rater as one would write it down: one leg at a time, with Decimals, loops and no arrays.

It shares nothing with the real one but what operators enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from ipaddress import IPv6Address, ip_address

from domain.money import Rounding
from domain.rating.account import Account, Client, Edit
from domain.rating.currency import DayRate
from domain.rating.legs import Leg
from domain.rating.rate import Rate, RateTable
from domain.rating.rule import Rule, Stage, Verdict
from domain.rating.time_profile import TimeProfile

EXACT = Context(prec=100)
MICRO = Decimal("0.000001")
DECIMAL = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


@dataclass
class Site:
    base: str
    clients: Sequence[Client]
    accounts: Sequence[Account]
    tables: Sequence[RateTable]
    rates: Sequence[Rate]
    profiles: Sequence[TimeProfile]
    day_rates: Sequence[DayRate]
    carry: int
    rules: Sequence[Rule]


@dataclass
class Answer:
    reason: str = ""
    rule: int | None = None
    account: int | None = None
    code: str | None = None
    rate: int | None = None
    billed: int = 0
    charge: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    dst: str = ""
    src: str = ""
    tags: frozenset[str] = frozenset()
    additive: list[int] = field(default_factory=list)


class NaiveRater:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.clients = {each.id: each for each in site.clients}
        self.tables = {each.id: each for each in site.tables}
        self.profiles = {each.name: each for each in site.profiles}
        self.per_base = {(each.currency, each.day): each.per_base for each in site.day_rates}
        self.of_code: dict[tuple[int, str], list[Rate]] = {}
        for rate in site.rates:
            self.of_code.setdefault((rate.table, rate.code), []).append(rate)

    def rate(self, leg: Leg) -> Answer:
        answer = Answer(dst=leg.dst.removeprefix("+"), src=leg.src.removeprefix("+"), tags=leg.tags)
        answer.reason = self._reason(leg, answer)
        return answer

    def _reason(self, leg: Leg, answer: Answer) -> str:
        if not 0 <= leg.at < 2**33:
            return "BAD_TIME"
        if not 0 <= leg.volume <= 2**53:
            return "BAD_VOLUME"
        if not self._allowed(Stage.INITIAL, leg, answer, None):
            return "DENIED"
        account = self._account(leg, answer)
        if account is None:
            return "NO_ACCOUNT"
        answer.account = account.id
        answer.tags |= account.tags
        answer.dst = answer.dst[len(account.tech_prefix) :]
        for name in ("dst", "src"):
            number = getattr(answer, name)
            for each in account.translations:
                fits = number.startswith(each.prefix) and each.shortest <= len(number) <= each.longest
                if each.field == name and fits:
                    setattr(answer, name, edited(number, each.edit))
                    break
        if not self._allowed(Stage.AFTER_CLIENT, leg, answer, account):
            return "DENIED"
        client = self.clients[account.client]
        table = account.table
        if table is None:
            table = client.orig_table if account.origin == "orig" else client.term_table
        if table is None:
            return "NO_TABLE"
        if not is_number(answer.dst):
            return "BAD_NUMBER"
        reason, rates = self._rates(table, leg, answer)
        if reason:
            return reason
        of_table = self.tables[rates[0].table]
        answer.rate, answer.additive = rates[0].id, [each.id for each in rates[1:]]
        answer.billed = billed(rates[0], leg.volume, of_table)
        for each in rates:
            answer.charge += charge(each, billed(each, leg.volume, of_table), of_table)
        day = leg.at // 86400
        here, there = self._per_base(of_table.currency, day), self._per_base(client.currency, day)
        if of_table.currency == client.currency:
            answer.cost = answer.charge
        elif here is None or there is None:
            return "NO_DAY_RATE"
        else:
            exact = EXACT.divide(EXACT.multiply(answer.charge, Decimal(there)), Decimal(here))
            answer.cost = exact.quantize(MICRO, ROUND_HALF_EVEN, EXACT)
        return "RATED" if self._allowed(Stage.AFTER_RATE, leg, answer, account) else "DENIED"

    def _allowed(self, stage: Stage, leg: Leg, answer: Answer, account: Account | None) -> bool:
        rules = [each for each in self.site.rules if each.stage == stage]
        for rule in sorted(rules, key=lambda each: (each.order, each.id)):
            if not fits(rule, leg, answer, account):
                continue
            answer.tags |= rule.add_tags
            answer.dst, answer.src = edited(answer.dst, rule.edit_dst), edited(answer.src, rule.edit_src)
            if rule.verdict is Verdict.DENY:
                answer.rule = rule.id
                return False
            if rule.verdict is Verdict.ALLOW:
                return True
        return True

    def _account(self, leg: Leg, answer: Answer) -> Account | None:
        said = {"ip": address(leg.host), "name": leg.name, "number": answer.src, "pin": leg.pin}
        for kind, value in said.items():
            found = []
            for each in self.site.accounts:
                wanted = each.value
                if kind == "ip":
                    wanted = address(wanted)
                elif kind == "number":
                    wanted = wanted.removeprefix("+")
                if (
                    each.kind == kind
                    and each.origin == leg.origin
                    and value
                    and wanted == value
                    and answer.dst.startswith(each.tech_prefix)
                    and each.gateway in ("", leg.gateway)
                ):
                    found.append(each)
            if found:
                return min(found, key=lambda each: (-len(each.tech_prefix), each.gateway == "", each.id))
        return None

    def _rates(self, table: int | None, leg: Leg, answer: Answer) -> tuple[str, list[Rate]]:
        """The rate and what is additive."""
        chain = []
        while table is not None:
            chain.append(table)
            table = self.tables[table].parent
        for length in range(min(18, len(answer.dst)), -1, -1):
            code = answer.dst[:length]
            for each in chain:
                if (each, code) not in self.of_code:
                    continue
                answer.code = answer.code if answer.code is not None else code
                live = self._live(self.of_code[each, code], leg, answer)
                regular = sorted((one for one in live if not one.additive), key=preference)
                if regular:
                    answer.code = code
                    more = sorted((one for one in live if one.additive), key=preference)
                    return "", [regular[0], *more]
        return ("NO_CODE" if answer.code is None else "NO_RATE"), []

    def _live(self, rates: list[Rate], leg: Leg, answer: Answer) -> list[Rate]:
        newest: dict[tuple[object, ...], Rate] = {}
        for each in rates:
            if (
                each.since <= leg.at
                and (each.until is None or leg.at < each.until)
                and self._for(each, leg, answer)
            ):
                same = (each.src_code, each.tag, each.profile, each.additive)
                other = newest.get(same)
                if other is None or (other.since, other.id) < (each.since, each.id):
                    newest[same] = each
        return list(newest.values())

    def _for(self, rate: Rate, leg: Leg, answer: Answer) -> bool:
        if rate.src_code and not (is_number(answer.src) and answer.src.startswith(rate.src_code)):
            return False
        if rate.tag and rate.tag not in answer.tags:
            return False
        return not rate.profile or within(self.profiles[rate.profile], leg.at)

    def _per_base(self, currency: str, day: int) -> int | None:
        if currency == self.site.base:
            return 10**9
        for back in range(self.site.carry + 1):
            if (currency, day - back) in self.per_base:
                return self.per_base[currency, day - back]
        return None


def billed(rate: Rate, volume: int, table: RateTable) -> int:
    if volume == 0:
        return 0
    if volume <= rate.grace and not (table.minimum_over_grace and rate.minimum > rate.grace):
        return 0
    units = rate.minimum
    if volume > units:  # the intervals that were begun above the minimum
        begun, rest = divmod(volume - units, rate.interval)
        units += (begun + (1 if rest else 0)) * rate.interval
    return units


def charge(rate: Rate, volume: int, table: RateTable) -> Decimal:
    if volume == 0:
        return Decimal(0)
    price, setup = Decimal(rate.price).scaleb(-9), Decimal(rate.setup).scaleb(-9)
    exact = EXACT.add(setup, EXACT.divide(EXACT.multiply(price, Decimal(volume)), Decimal(rate.unit)))
    return exact.quantize(MICRO, DECIMAL[table.rounding], EXACT)


def fits(rule: Rule, leg: Leg, answer: Answer, account: Account | None) -> bool:
    return all(
        (
            rule.until is None or leg.at < rule.until,
            not rule.origins or leg.origin in rule.origins,
            not rule.gateways or leg.gateway in rule.gateways,
            not rule.clients or (account is not None and account.client in rule.clients),
            not rule.accounts or (account is not None and account.id in rule.accounts),
            all(tag in answer.tags for tag in rule.tags),
            not rule.dst or answer.dst.startswith(rule.dst),
            not answer.dst.startswith(rule.not_dst),
            not rule.src or answer.src.startswith(rule.src),
            not answer.src.startswith(rule.not_src),
            not rule.code or (answer.code or "").startswith(rule.code),
        )
    )


def within(profile: TimeProfile, at: int) -> bool:
    local = datetime.fromtimestamp(at, UTC).astimezone(profile.zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    for day, start, end in profile.spans:
        today, yesterday = local.weekday() == day, (local.weekday() - 1) % 7 == day
        if end > start:
            if today and start <= second < end:
                return True
        elif (today and second >= start) or (yesterday and second < end):
            return True
    return False


def preference(rate: Rate) -> tuple[object, ...]:
    return -len(rate.src_code), rate.tag == "", rate.tag, rate.profile == "", rate.profile


def edited(number: str, edit: Edit) -> str:
    return edit.add + number[edit.strip :]


def is_number(text: str) -> bool:
    return 0 < len(text) <= 40 and all("0" <= each <= "9" for each in text)


def address(text: str) -> str:
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
