"""Who pays for a leg: clients, and the accounts by which their calls are known."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from domain.rating.legs import ORIGINS
from domain.rating.numbers import LONGEST, PLACES, Numbers

#: What an account is known by, in the order in which it is looked for.
KINDS = ("ip", "name", "number", "pin")


class Edit(NamedTuple):
    """Cut `strip` characters off in front, then put `add` there."""

    strip: int = 0
    add: str = ""


class Translation(NamedTuple):
    """Of a `field` (``dst``, ``src``): what begins with `prefix`, with `shortest` to `longest` characters."""

    field: str
    prefix: str
    edit: Edit
    shortest: int = 0
    longest: int = LONGEST


class Client(NamedTuple):
    """The tables are those of its legs as customer and as vendor, unless its account has another."""

    id: int
    currency: str
    orig_table: int | None = None
    term_table: int | None = None


class Account(NamedTuple):
    """Calls with this address, name, calling number or PIN, whose called number begins with `tech_prefix`.

    `gateway`: only through this one. Of the translations the first that fits each field is carried out,
    after the tech prefix was cut off. `tags` join those of the call.
    """

    id: int
    client: int
    kind: str
    value: str
    tech_prefix: str = ""
    gateway: str = ""
    origin: str = "orig"
    table: int | None = None
    translations: tuple[Translation, ...] = ()
    tags: frozenset[str] = frozenset()


def address(text: str) -> str:
    """An IP address as it is compared, IPv4 in IPv6 as itself; "" for what is none."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def compared(kind: str, value: str) -> str:
    """Values that mean the same are the same here."""
    if kind == "number":
        return Numbers.of([value]).texts()[0]
    return address(value) if kind == "ip" else value


def problem(account: Account) -> str | None:
    """What is wrong with it, in one line; None if nothing is."""
    if account.kind not in KINDS:
        return f"kind: {account.kind!r} is none of {', '.join(KINDS)}"
    if account.origin not in ORIGINS:
        return f"origin: {account.origin!r} is none of {', '.join(ORIGINS)}"
    if not account.value or (account.kind == "ip" and not address(account.value)):
        return f"value: {account.value!r} is no {account.kind}"
    if account.kind == "number":
        number = Numbers.of([account.value])
        if number.wrong[0] or number.lengths[0] > PLACES:
            return f"value: {account.value!r} is no number of at most {PLACES} digits"
    texts = [account.tech_prefix]
    for each in account.translations:
        if each.field not in ("dst", "src") or each.edit.strip < 0:
            return f"translations: {tuple(each)} cannot be carried out"
        texts += [each.prefix, each.edit.add]
    for text in texts:
        if not text.isascii() or len(text) > LONGEST or "\0" in text:
            return f"{text!r} cannot stand in a number"
    return None


def checked(accounts: Sequence[Account]) -> None:
    """Raises ValueError for the first that is wrong, or means the same calls as one before it."""
    seen: dict[tuple[str, ...], int] = {}
    for each in accounts:
        if said := problem(each):
            raise ValueError(f"account {each.id}: {said}")
        calls = (each.origin, each.kind, compared(each.kind, each.value), each.tech_prefix, each.gateway)
        if calls in seen:
            said = " ".join(filter(None, calls))
            raise ValueError(f"accounts {seen[calls]} and {each.id} mean the same calls: {said}")
        seen[calls] = each.id
