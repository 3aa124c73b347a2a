"""Whose a leg is: the account with its address, name, calling number or PIN, and with its tech prefix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from domain.rating.account import KINDS, Account, Client, Edit, checked, compared
from domain.rating.arrays import NONE
from domain.rating.at_work import AtWork
from domain.rating.legs import ORIGINS, Words
from domain.rating.numbers import PLACES, Numbers

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints


@dataclass(frozen=True, slots=True)
class Parties:
    """Accounts and clients by place; the ids have NONE behind the last. `special`: has translations or tags.

    Accounts that differ in tech prefix and gateway alone are a group. `groups`: (kind, origin) -> value ->
    group; `first` and `count` of a group in `members`, which are in order of preference: the longer tech
    prefix, one gateway before any, the older account. `numbers` are the calling numbers of an origin by
    key, in order, with their groups.
    """

    clients: tuple[Client, ...]
    accounts: tuple[Account, ...]
    account_ids: Ints
    client_ids: Ints
    client: Ints
    special: Flags
    groups: dict[tuple[str, str], dict[str, int]]
    numbers: dict[str, tuple[Ints, Ints]]
    first: Ints
    count: Ints
    members: Ints
    prefixes: tuple[str, ...]
    prefix: Ints
    gateways: tuple[str, ...]
    gateway: Ints

    @classmethod
    def of(cls, clients: Sequence[Client], accounts: Sequence[Account]) -> Parties:
        """Raises ValueError for an account that is wrong, doubled, or of no client."""
        import numpy as np

        checked(accounts)
        places = {client.id: at for at, client in enumerate(clients)}
        if lost := [each for each in accounts if each.client not in places]:
            raise ValueError(f"account {lost[0].id}: there is no client {lost[0].client}")
        groups: dict[tuple[str, str], dict[str, int]] = {
            (kind, origin): {} for kind in KINDS for origin in ORIGINS
        }
        members: list[list[int]] = []
        for at in sorted(range(len(accounts)), key=lambda at: _preference(accounts[at])):
            each = accounts[at]
            values = groups[each.kind, each.origin]
            group = values.setdefault(compared(each.kind, each.value), len(members))
            if group == len(members):
                members.append([])
            members[group].append(at)
        prefixes = tuple(sorted({each.tech_prefix for each in accounts} - {""}))
        gateways = tuple(sorted({each.gateway for each in accounts} - {""}))
        count = np.array([len(each) for each in members], np.int64)
        return cls(
            tuple(clients),
            tuple(accounts),
            np.array([*(each.id for each in accounts), NONE], np.int64),
            np.array([*(each.id for each in clients), NONE], np.int64),
            np.array([places[each.client] for each in accounts], np.int64),
            np.array([bool(each.translations or each.tags) for each in accounts], np.bool_),
            groups,
            {origin: _by_key(groups["number", origin]) for origin in ORIGINS},
            np.cumsum(count) - count,
            count,
            np.array([at for each in members for at in each], np.int64),
            prefixes,
            _places([each.tech_prefix for each in accounts], prefixes),
            gateways,
            _places([each.gateway for each in accounts], gateways),
        )


def identify(parties: Parties, work: AtWork, rows: Ints) -> None:
    """Note account and client of these rows, and cut the tech prefix off."""
    import numpy as np

    for kind in KINDS:
        if not any(parties.groups[kind, origin] for origin in ORIGINS):
            continue
        group, turn = _group(parties, work, rows, kind), 0
        while (
            len(some := np.nonzero((group != NONE) & (parties.count[group] > turn))[0]) if len(group) else 0
        ):
            account = parties.members[parties.first[group[some]] + turn]
            fits = _fit(parties, work, rows[some], account)
            work.account[rows[some[fits]]] = account[fits]
            left = np.ones(len(rows), np.bool_)
            left[some[fits]] = False
            rows, group, turn = rows[left], group[left], turn + 1
    known = np.nonzero(work.account != NONE)[0]
    work.client[known] = parties.client[work.account[known]]
    if parties.prefixes:
        prefix = parties.prefix[work.account[known]]
        for each in np.unique(prefix[prefix != NONE]).tolist():
            work.edit("dst", known[prefix == each], Edit(len(parties.prefixes[each])))


def _preference(account: Account) -> tuple[int, bool, int]:
    return -len(account.tech_prefix), not account.gateway, account.id


def _by_key(values: dict[str, int]) -> tuple[Ints, Ints]:
    import numpy as np

    keys = Numbers.of(list(values)).keys
    order = np.argsort(keys)
    return keys[order], np.array(list(values.values()), np.int64)[order]


def _places(values: Sequence[str], names: Sequence[str]) -> Ints:
    import numpy as np

    place = {"": NONE, **{name: at for at, name in enumerate(names)}}
    return np.array([place[value] for value in values], np.int64)


def _group(parties: Parties, work: AtWork, rows: Ints, kind: str) -> Ints:
    """The accounts of this kind that have the value of each row; NONE for none."""
    import numpy as np

    group = np.full(len(rows), NONE, np.int64)
    legs = work.legs
    for at, origin in enumerate(ORIGINS):
        values = parties.groups[kind, origin]
        those = np.nonzero(legs.origin[rows] == at)[0] if values else ()
        if not len(those):
            continue
        if kind == "number":
            group[those] = _of_number(parties.numbers[origin], work.src, rows[those])
        else:
            column = {"ip": legs.host, "name": legs.name, "pin": legs.pin}[kind]
            group[those] = _mapped(column, partial(_found, values, kind))[rows[those]]
    return group


def _found(values: dict[str, int], kind: str, text: str) -> int:
    return values.get(compared(kind, text), NONE)


def _of_number(known: tuple[Ints, Ints], numbers: Numbers, rows: Ints) -> Ints:
    import numpy as np

    keys, groups = known
    at = np.minimum(np.searchsorted(keys, numbers.keys[rows]), len(keys) - 1)
    same = (keys[at] == numbers.keys[rows]) & (numbers.lengths[rows] <= PLACES)
    return np.where(same, groups[at], NONE)


def _mapped(column: Words[str], meaning: Callable[[str], int]) -> Ints:
    """What each row's word means; each word is looked up once."""
    import numpy as np

    meanings = np.array([meaning(value) for value in column.values], np.int64)
    mapped: Ints = meanings[column.place]
    return mapped


def _fit(parties: Parties, work: AtWork, rows: Ints, account: Ints) -> Flags:
    """Does the call come through the account's gateway, and begin with its tech prefix?"""
    import numpy as np

    fits = np.ones(len(rows), np.bool_)
    if parties.gateways:
        places = {name: at for at, name in enumerate(parties.gateways)}
        gateway = _mapped(work.legs.gateway, lambda text: places.get(text, NONE))[rows]
        fits &= (parties.gateway[account] == NONE) | (parties.gateway[account] == gateway)
    if parties.prefixes:
        prefix = parties.prefix[account]
        for each in np.unique(prefix[prefix != NONE]).tolist():
            those = np.nonzero(prefix == each)[0]
            fits[those] &= work.dst.begin_with(rows[those], parties.prefixes[each])
    return fits
