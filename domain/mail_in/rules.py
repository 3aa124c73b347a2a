"""Rules for mail that comes in: the first one that fits says what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Any

FIELDS = ("from", "to", "subject", "text")
#: Characters of a text that rules look at, and stars in a pattern: a look ends in time, whatever is asked.
LOOKED_AT = 20_000
MOST_STARS = 10


def checked_pattern(text: str) -> str:
    """The same pattern. Raises ValueError for one with too many stars."""
    if text.count("*") > MOST_STARS:
        raise ValueError(f"a pattern has at most {MOST_STARS} stars, this has {text.count('*')}")
    return text


def first_that_fits(
    rules: Iterable[Mapping[str, Any]], values: Mapping[str, str], account_id: int
) -> Mapping[str, Any] | None:
    """The rule (objects of kind ``mail_rule``) of the lowest place that fits the mail, or None.

    `values` are the texts of `FIELDS`; an address of many is in one text with the others.
    """
    for rule in sorted(rules, key=lambda each: (each["place"], each["id"])):
        own = rule["account_id"] is None or rule["account_id"] == account_id
        if rule["enabled"] and own and fits(rule["test"], rule["text"], values[rule["field"]]):
            return rule
    return None


def fits(test: str, wanted: str, text: str) -> bool:
    """Whether a text is what a rule asks for, in any case of letters."""
    own, found = wanted.casefold(), text[:LOOKED_AT].casefold().strip()
    if test == "contains":
        return own in found
    if test == "equals":
        return own == found
    return _pattern(own).match(found) is not None


@lru_cache(maxsize=1000)
def _pattern(text: str) -> re.Pattern[str]:
    # fnmatch would read [ as a set of letters: here it is itself. What translate makes of stars is atomic.
    return re.compile(translate(text.replace("[", "[[]")))
