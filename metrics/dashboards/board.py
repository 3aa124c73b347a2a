"""What a dashboard is: panels that say what they show, and the queries behind them."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import Literal

#: Panels of Grafana's core only: curves, one number, rows, and states over time.
Kind = Literal["graph", "figure", "table", "timeline"]

#: Grafana's names of units.
SECONDS, COUNT, RATE, SHARE, BYTES = "s", "short", "cps", "percentunit", "bytes"
#: Milliseconds since 1970, shown as "3 minutes ago".
AGO = "dateTimeFromNow"
YES_NO = "bool_yes_no"


@dataclass(frozen=True)
class Query:
    """A query and the name of its curves; `sometimes` has no answer while there is nothing to say."""

    expr: str
    legend: str = ""
    sometimes: bool = False


@dataclass(frozen=True)
class Panel:
    """One panel; widths are of 24. A figure is red from `bad` on, as long as there is one."""

    kind: Kind
    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    width: int = 12
    height: int = 8
    bad: float | None = None


@dataclass(frozen=True)
class Variable:
    """What a viewer chooses: one or more values of a label of a metric."""

    name: str
    label: str
    metric: str
    several: bool = False


@dataclass(frozen=True)
class Board:
    """A dashboard; its panels stand in rows in this order."""

    uid: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    variables: tuple[Variable, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.uid}.json"


def ask(expr: str, legend: str = "", *, sometimes: bool = False) -> Query:
    """A query whose text may be indented as the code around it."""
    return Query(dedent(expr).strip(), legend, sometimes)


def figure(
    title: str,
    description: str,
    unit: str,
    query: Query | str,
    *,
    bad: float | None = None,
    width: int = 4,
) -> Panel:
    """One number as it is now."""
    asked = query if isinstance(query, Query) else ask(query)
    return Panel("figure", title, description, unit, (asked,), width, 4, bad)


def graph(title: str, description: str, unit: str, *queries: Query, width: int = 12) -> Panel:
    """Curves over time."""
    return Panel("graph", title, description, unit, queries, width)


def table(title: str, description: str, unit: str, query: Query, *, width: int = 12) -> Panel:
    """One row for each series as it is now."""
    return Panel("table", title, description, unit, (query,), width)


def timeline(title: str, description: str, unit: str, query: Query, *, width: int = 24) -> Panel:
    """States over time, one bar for each series."""
    return Panel("timeline", title, description, unit, (query,), width)
