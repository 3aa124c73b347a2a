"""What a report asks: checked once, with every problem named and the word that may have been meant.

The values come from files, forms and command lines, so nothing is assumed about their types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.problems import closest, did_you_mean
from domain.report.kinds import KINDS, MEASURES, Kind
from domain.report.period import period_problems

#: What a report is over that names no period.
USUAL_PERIOD = "24h"
LONGEST_NAME = 100
MOST_GROUPS = 3
#: Words of one filter, and characters of one word.
MOST_WORDS, LONGEST_WORD = 50, 200


class ReportProblem(ValueError):
    """A report that cannot be: one line with all that is wrong. Trying again does not help."""


@dataclass(frozen=True)
class Query:
    """A report's question; make it by `query`, which checks it.

    `filters`: ``period`` (words of `domain.report.period`), and a tuple of words for each other.
    `columns` are those of its kind; with `group_by`, some of count, failures, avg_duration and
    p95_duration. A state that has not ended means what is open now, whatever the period.
    """

    name: str
    kind: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        """The words of its period."""
        return str(self.filters.get("period", USUAL_PERIOD))

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """Its other filters."""
        return {name: tuple(words) for name, words in self.filters.items() if name != "period"}

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of its table, in order."""
        if self.group_by:
            return (*self.group_by, *(self.columns or MEASURES))
        return self.columns or KINDS[self.kind].usual


def query(
    *,
    name: object,
    kind: object,
    filters: object = None,
    columns: object = None,
    group_by: object = None,
) -> Query:
    """A query of plain values; a single word counts as a list of one. Raises ReportProblem."""
    problems = _name_problems(name)
    known = KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        meant = closest(str(kind), KINDS)
        problems.append(f"kind: expected {' or '.join(KINDS)}, got {_short(kind)}{did_you_mean(meant)}")
        raise ReportProblem("; ".join(problems))
    read, wrong = _filters(filters or {}, known)
    problems += wrong
    groups, wrong = _list("group_by", group_by, known.groups)
    problems += wrong
    if len(groups) > MOST_GROUPS:
        problems.append(f"group_by: at most {MOST_GROUPS} columns, got {len(groups)}")
    chosen, wrong = _list("columns", columns, MEASURES if groups else known.columns)
    problems += wrong
    if problems:
        raise ReportProblem("; ".join(problems))
    return Query(str(name), str(kind), read, chosen, groups)


def _name_problems(name: object) -> list[str]:
    if (
        isinstance(name, str)
        and name == name.strip()
        and 0 < len(name) <= LONGEST_NAME
        and name.isprintable()
    ):
        return []
    return [f"name: expected one line of 1 to {LONGEST_NAME} characters, got {_short(name)}"]


def _filters(filters: object, kind: Kind) -> tuple[dict[str, Any], list[str]]:
    if not isinstance(filters, Mapping):
        return {}, [f"filters: expected names with values, got {_short(filters)}"]
    read: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in filters.items():
        if name == "period":
            problems += period_problems(value)
            read["period"] = value
        elif name in kind.words:
            words, wrong = _words(name, value, kind.states if name == "state" else None)
            problems += wrong
            if words:
                read[name] = list(words)
        else:
            problems.append(_unknown("filters", name, kind.filters))
    return read, problems


def _words(name: str, value: object, known: Sequence[str] | None) -> tuple[tuple[str, ...], list[str]]:
    words = _as_list(value)
    if words is None or not all(isinstance(each, str) for each in words):
        return (), [f"{name}: expected words, got {_short(value)}"]
    if len(words) > MOST_WORDS:
        return (), [f"{name}: at most {MOST_WORDS} words, got {len(words)}"]
    problems = [_unknown(name, word, known) for word in words if known and word not in known]
    problems += [
        f"{name}: expected 1 to {LONGEST_WORD} printable characters, got {_short(word)}"
        for word in words
        if not 0 < len(word) <= LONGEST_WORD or not word.isprintable()
    ]
    return tuple(dict.fromkeys(words)), problems


def _list(name: str, value: object, known: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    words = _as_list(value)
    if words is None:
        return (), [f"{name}: expected a list of columns, got {_short(value)}"]
    problems = [_unknown(name, word, known) for word in words if word not in known]
    return tuple(dict.fromkeys(map(str, words))), problems


def _as_list(value: object) -> list[Any] | None:
    if value is None:
        return []
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return list(value)
    return None


def _unknown(what: str, word: object, known: Sequence[str]) -> str:
    meant = closest(str(word), known)
    return f"{what}: there is no {_short(word)}{did_you_mean(meant, 'expected ' + ', '.join(known))}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
