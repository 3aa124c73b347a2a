"""Does every query of a dashboard or rule ask for what is declared?"""

from __future__ import annotations

import pytest

from metrics.dashboards.files import BOARDS
from metrics.declared import BY_NAME
from metrics.rules.files import ALERTS, RECORDS
from tests.metrics.queries import declared, problems

QUERIES = [
    *(
        (f"{board.uid}: {panel.title}", each.expr)
        for board in BOARDS
        for panel in board.panels
        for each in panel.queries
    ),
    *((rule.name, rule.query) for rule in (*ALERTS, *RECORDS)),
]


@pytest.mark.parametrize(("name", "query"), QUERIES, ids=[name for name, _ in QUERIES])
def test_a_query_asks_only_for_what_is_declared(name: str, query: str) -> None:
    assert problems(query) == []


def test_variables_of_dashboards_are_labels_of_their_metric() -> None:
    for board in BOARDS:
        for variable in board.variables:
            assert variable.name in BY_NAME[variable.metric].labels


def test_what_is_declared_is_shown_or_watched() -> None:
    """A metric that no dashboard and no rule asks for is one that nobody would miss, or a mistake."""
    asked = " ".join(query for _, query in QUERIES)
    unused = {name for name, metric in BY_NAME.items() if metric.full_name not in asked}
    assert unused == set()


def test_a_renamed_metric_is_caught() -> None:
    known = declared()
    known["tickworks_node_slots_total"] = known.pop("tickworks_node_slots")
    found = [line for _, query in QUERIES for line in problems(query, known)]
    assert set(found) == {"tickworks_node_slots is not declared"}


def test_a_renamed_label_is_caught() -> None:
    known = declared()
    known["tickworks_run_group_held"] = {"group"}
    found = {line for _, query in QUERIES for line in problems(query, known)}
    assert "tickworks_run_group_held has no label run_group" in found


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sum(tickworks_node_slots) by (host)", ["no series has the label host"]),
        ("tickworks_node_slots + on (host) tickworks_node_busy_slots", ["no series has the label host"]),
        ("rate(tickworks_runs_total{state='x'}[5m])", ["tickworks_runs_total has no label state"]),
        ("tickworks_run_duration_seconds", ["tickworks_run_duration_seconds is not declared"]),
    ],
)
def test_what_is_wrong_is_said(query: str, said: list[str]) -> None:
    assert problems(query) == said


def test_what_is_no_promql_is_refused() -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        problems("sum by (service")
