"""Traffic rules at work: one stage after another, in each stage one rule after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.rating.arrays import NONE
from domain.rating.at_work import AtWork, Reason
from domain.rating.identify import Parties
from domain.rating.legs import ORIGINS
from domain.rating.numbers import Numbers
from domain.rating.rule import Rule, Stage, Verdict

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints


def obey(
    rules: Sequence[Rule], stage: Stage, parties: Parties, work: AtWork, codes: Sequence[str], rows: Ints
) -> None:
    """Carry out the rules of a stage, given in order; each sees what those before it have done.

    `codes`: the texts of the codes by place.
    """
    for rule in rules:
        if rule.stage != stage:
            continue
        these = rows[_fits(rule, parties, work, codes, rows)]
        work.tag(these, rule.add_tags)
        work.edit("dst", these, rule.edit_dst)
        work.edit("src", these, rule.edit_src)
        if rule.verdict is Verdict.DENY:
            work.fail(these, Reason.DENIED)
            work.rule[these] = rule.id
        if rule.verdict is not Verdict.CONTINUE:
            rows = _without(rows, these)


def _fits(rule: Rule, parties: Parties, work: AtWork, codes: Sequence[str], rows: Ints) -> Flags:
    import numpy as np

    legs = work.legs
    fits = np.ones(len(rows), np.bool_)
    if rule.until is not None:
        fits &= legs.at[rows] < rule.until
    if rule.origins:
        fits &= np.isin(legs.origin[rows], [ORIGINS.index(each) for each in rule.origins])
    if rule.gateways:
        fits &= np.array([each in rule.gateways for each in legs.gateway.values], np.bool_)[
            legs.gateway.place[rows]
        ]
    if rule.clients:
        fits &= np.isin(parties.client_ids[work.client[rows]], list(rule.clients))
    if rule.accounts:
        fits &= np.isin(parties.account_ids[work.account[rows]], list(rule.accounts))
    if rule.tags:
        fits &= np.array([rule.tags <= each for each in work.sets], np.bool_)[work.tags[rows]]
    if rule.code:
        found, which = np.unique(work.code[rows], return_inverse=True)
        begin = [at != NONE and codes[at].startswith(rule.code) for at in found.tolist()]
        fits &= np.array(begin, np.bool_)[which]
    for prefixes, number, wanted in (
        (rule.dst, work.dst, True),
        (rule.not_dst, work.dst, False),
        (rule.src, work.src, True),
        (rule.not_src, work.src, False),
    ):
        if prefixes:
            fits &= _begins(number, rows, prefixes) == wanted
    return fits


def _begins(number: Numbers, rows: Ints, prefixes: tuple[str, ...]) -> Flags:
    import numpy as np

    begins = np.zeros(len(rows), np.bool_)
    for prefix in prefixes:
        begins |= number.begin_with(rows, prefix)
    return begins


def _without(rows: Ints, gone: Ints) -> Ints:
    import numpy as np

    return rows[~np.isin(rows, gone, assume_unique=True)]
