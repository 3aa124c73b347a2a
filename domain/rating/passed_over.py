"""Why a rate was not the one that a call had: for those who look a number up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from domain.rating.rate import Rate
from domain.rating.time_profile import TimeProfile, inside


class Looked(NamedTuple):
    """The call: its numbers as they were rated, its second, its tags; the ids of the rates it has.

    `chain`: the ids of its rate table and those above it, itself first.
    """

    dst: str
    src: str
    at: int
    tags: frozenset[str]
    rate: int | None
    additive: frozenset[int]
    chain: Sequence[int]


def why(rate: Rate, call: Looked, used: Rate | None, profile: TimeProfile | None) -> str:
    """In a few words; the rules are those of docs/operating/rating.md."""
    if rate.id == call.rate:
        return "it is used"
    if rate.id in call.additive:
        return "it is charged on top"
    if said := _does_not_fit(rate, call, profile):
        return said
    if rate.additive:
        return "it would be charged on top of another rate of its code"
    if used is None:
        return "another reason keeps the call from being rated"
    return _beaten(rate, used)


def _does_not_fit(rate: Rate, call: Looked, profile: TimeProfile | None) -> str:
    import numpy as np

    if rate.since > call.at:
        return "it begins later"
    if rate.until is not None and rate.until <= call.at:
        return "it has ended"
    if rate.src_code and not call.src.startswith(rate.src_code):
        return f"only for callers from {rate.src_code}"
    if rate.tag and rate.tag not in call.tags:
        return f"only for calls with the tag {rate.tag}"
    if profile is not None and not inside(profile, np.array([call.at], np.int64))[0]:
        return f"only within {profile.name}"
    return ""


def _beaten(rate: Rate, used: Rate) -> str:
    if len(rate.code) < len(used.code):
        return f"the code {used.code} is longer"
    if rate.table != used.table:
        return "the table below has a rate of this code"
    if len(rate.src_code) < len(used.src_code):
        return "one for this caller comes before it"
    if rate.tag != used.tag:
        return f"one with the tag {used.tag} comes before it"
    if rate.profile != used.profile:
        return f"one with the hours {used.profile} comes before it"
    return "a later version of it is in force"
