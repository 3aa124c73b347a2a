"""Reading PromQL: what a query asks for, and whether that is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import promql_parser as promql

from metrics.declared import BY_NAME
from metrics.rules.files import RECORDS

#: What Grafana fills in, with something that stands for it.
FILLED = {"$__rate_interval": "1m", "$__range": "1h", "$service": "a", "$run_group": "a", "$node": "a"}
#: Labels that Prometheus gives to what it scrapes.
OF_TARGETS = {"job", "instance"}
#: Series of Prometheus itself, with their labels.
FOREIGN = {
    "scrape_duration_seconds": set[str](),
    "scrape_samples_scraped": set[str](),
    "ALERTS": {"alertname", "alertstate", "severity"},
}
#: Labels of the recorded series.
RECORDED = {
    "tickworks:service_works": {"service"},
    "tickworks:runs:rate5m": {"service", "outcome"},
    "tickworks:run_duration_seconds:p95_1d": {"service"},
    "tickworks:run_queue_time_seconds:p95_1h": {"service"},
}


def filled(query: str, **values: str) -> str:
    """A panel's query as Prometheus gets it."""
    for variable, value in {**FILLED, **{f"${name}": value for name, value in values.items()}}.items():
        query = query.replace(variable, value)
    assert "$" not in query, query
    return query


def declared() -> dict[str, set[str]]:
    """Series name -> its labels, of all that a query may ask for."""
    assert set(RECORDED) == {record.name for record in RECORDS}
    own = {name: set(metric.series_labels) for metric in BY_NAME.values() for name in metric.series_names}
    return {**own, **FOREIGN, **RECORDED}


def problems(query: str, known: dict[str, set[str]] | None = None) -> list[str]:
    """What is wrong with a query, one line each; ValueError where it is no PromQL."""
    known = declared() if known is None else known
    found = []
    labels: set[str] = set()
    parsed = promql.parse(filled(query))
    for name, asked in selectors(parsed):
        if name not in known:
            found.append(f"{name} is not declared")
            continue
        labels |= known[name] | OF_TARGETS
        found += [f"{name} has no label {label}" for label in sorted(asked - known[name] - OF_TARGETS)]
    grouped = {label for part in _parts(parsed) for label in _grouping(part)}
    return found + [f"no series has the label {label}" for label in sorted(grouped - labels) if labels]


def selectors(parsed: Any) -> Iterator[tuple[str, set[str]]]:
    """(name, labels that are compared) of each series that a query asks for."""
    for part in _parts(parsed):
        if isinstance(part, promql.VectorSelector):
            yield part.name, {matcher.name for matcher in part.matchers.matchers}


def _parts(part: Any) -> Iterator[Any]:
    yield part
    for name in ("lhs", "rhs", "expr", "param", "vector_selector"):
        inner = getattr(part, name, None)
        if inner is not None:
            yield from _parts(inner)
    for inner in getattr(part, "args", None) or ():
        yield from _parts(inner)


def _grouping(part: Any) -> set[str]:
    """The labels that a part groups or joins by."""
    modifier = getattr(part, "modifier", None)
    if modifier is None:
        return set()
    if isinstance(part, promql.AggregateExpr):
        return set(modifier.labels)
    return set(re.findall(r"\w+", str(modifier.matching).partition("(")[2])) if modifier.matching else set()
