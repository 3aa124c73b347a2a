"""Traffic rules: what is denied, tagged or renumbered on a call's way through the rating, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple

from domain.rating.account import Edit
from domain.rating.legs import ORIGINS


class Stage(IntEnum):
    """Before the account is looked for; when the client is known; when the rate is known."""

    INITIAL = 0
    AFTER_CLIENT = 1
    AFTER_RATE = 2


class Verdict(StrEnum):
    """Go on with the next rule; with the next stage; or not at all."""

    CONTINUE = "continue"
    ALLOW = "allow"
    DENY = "deny"


class Rule(NamedTuple):
    """For calls that begin before `until` and fit all of what follows; what is empty fits every call.

    `tags`: all of them; of `dst`, `src`, `code` (of the rate that was found) and `gateways`, `clients`,
    `accounts` one; of `not_dst` and `not_src` none. Then `add_tags`, `edit_dst`, `edit_src`, `verdict`.
    """

    id: int
    stage: Stage
    order: int = 0
    until: int | None = None
    origins: frozenset[str] = frozenset()
    gateways: frozenset[str] = frozenset()
    clients: frozenset[int] = frozenset()
    accounts: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    dst: tuple[str, ...] = ()
    not_dst: tuple[str, ...] = ()
    src: tuple[str, ...] = ()
    not_src: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    add_tags: frozenset[str] = frozenset()
    edit_dst: Edit = Edit()
    edit_src: Edit = Edit()
    verdict: Verdict = Verdict.CONTINUE


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """As they are carried out: by stage, order, id. Raises ValueError for one that cannot work."""
    ordered = tuple(sorted(rules, key=lambda rule: (rule.stage, rule.order, rule.id)))
    for rule in ordered:
        if said := _problem(rule):
            raise ValueError(f"traffic rule {rule.id}: {said}")
    return ordered


def _problem(rule: Rule) -> str | None:
    if rule.stage == Stage.INITIAL and (rule.clients or rule.accounts):
        return "the first stage does not know clients and accounts yet"
    if rule.code and rule.stage != Stage.AFTER_RATE:
        return "the code is known after the rate alone"
    if rule.stage == Stage.AFTER_RATE and (rule.edit_dst != Edit() or rule.edit_src != Edit()):
        return "a number that has its rate is not changed any more"
    if unknown := rule.origins - set(ORIGINS):
        return f"origins: {', '.join(sorted(unknown))} is none of {', '.join(ORIGINS)}"
    if rule.edit_dst.strip < 0 or rule.edit_src.strip < 0:
        return "strip: expected 0 or more"
    texts = (*rule.dst, *rule.not_dst, *rule.src, *rule.not_src, rule.edit_dst.add, rule.edit_src.add)
    if wrong := [text for text in texts if not text.isascii() or "\0" in text]:
        return f"{wrong[0]!r} cannot stand in a number"
    return None
