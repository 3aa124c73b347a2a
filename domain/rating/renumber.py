"""Number translations: each account's own way to dial, turned into plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.rating.account import Account, Edit
from domain.rating.arrays import NONE
from domain.rating.at_work import AtWork
from domain.rating.identify import Parties

if TYPE_CHECKING:
    from domain.rating.arrays import Ints


def renumber(parties: Parties, work: AtWork, rows: Ints) -> None:
    """Carry out the translations of the accounts of these rows, and give the calls their tags.

    Which translation fits is decided first for all, so that each different edit is one step.
    """
    import numpy as np

    accounts = parties.accounts
    rows = rows[parties.special[work.account[rows]]]
    if not len(rows):
        return
    edits: dict[tuple[str, Edit], list[Ints]] = {}
    order = np.argsort(work.account[rows], kind="stable")
    rows = rows[order]
    edges = np.nonzero(np.diff(work.account[rows], prepend=NONE))[0]
    for part in np.split(rows, edges[1:]):
        account = accounts[int(work.account[part[0]])]
        work.tag(part, account.tags)
        _assign(account, work, part, edits)
    for (field, edit), parts in edits.items():
        work.edit(field, np.concatenate(parts), edit)


def _assign(account: Account, work: AtWork, rows: Ints, edits: dict[tuple[str, Edit], list[Ints]]) -> None:
    """To each edit the rows of this account that it is for."""
    for field in ("dst", "src"):
        left = rows
        for each in account.translations:
            if each.field != field or not len(left):
                continue
            number = work.number(field)
            length = number.lengths[left]
            fits = number.begin_with(left, each.prefix) & (each.shortest <= length) & (length <= each.longest)
            edits.setdefault((field, each.edit), []).append(left[fits])
            left = left[~fits]
