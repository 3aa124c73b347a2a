"""Does a report that cannot be say all that is wrong with it, and what was meant?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.report.kinds import KINDS
from domain.report.query import ReportProblem, query


def problem(**values: Any) -> str:
    with pytest.raises(ReportProblem) as caught:
        query(**{"name": "r", "kind": "runs", **values})
    return str(caught.value)


def test_a_single_word_is_a_list_of_one() -> None:
    made = query(name="r", kind="runs", filters={"state": "failed"}, group_by="service")
    assert (made.words, made.group_by) == ({"state": ("failed",)}, ("service",))


def test_a_report_that_says_nothing_has_the_usual_columns_of_a_day() -> None:
    made = query(name="r", kind="jobs")
    assert (made.headings, made.period) == (KINDS["jobs"].usual, "24h")


def test_a_grouped_report_has_its_groups_and_all_measures() -> None:
    made = query(name="r", kind="runs", group_by=["service", "day"])
    assert made.headings == ("service", "day", "count", "failures", "avg_duration", "p95_duration")


def test_every_problem_is_named_at_once_with_what_was_meant() -> None:
    text = problem(
        name="",
        filters={"stat": "x", "state": ["faild"], "period": "yesterdy"},
        columns=["servce"],
    )
    assert text.split("; ")[0] == "name: expected one line of 1 to 100 characters, got ''"
    for meant in ("state", "failed", "yesterday", "service"):
        assert f"did you mean {meant}?" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "run"}, "kind: expected runs or jobs, got 'run'; did you mean runs?"),
        ({"kind": None}, "kind: expected runs or jobs, got None; expected"),
        ({"kind": ["runs"]}, "kind: expected runs or jobs"),
        ({"filters": [1]}, "filters: expected names with values, got [1]"),
        ({"filters": {"service": 5}}, "service: expected words, got 5"),
        ({"filters": {"service": ["a\nb"]}}, "service: expected 1 to 200 printable characters"),
        ({"filters": {"service": ["a"] * 51}}, "service: at most 50 words, got 51"),
        ({"filters": {1: "a"}}, "filters: there is no 1"),
        ({"columns": 5}, "columns: expected a list of columns, got 5"),
        ({"columns": [["id"]]}, "columns: there is no ['id']"),
        ({"group_by": ["service", "state", "node", "day"]}, "group_by: at most 3 columns, got 4"),
        ({"group_by": ["error"]}, "group_by: there is no 'error'"),
        ({"group_by": ["day"], "columns": ["id"]}, "columns: there is no 'id'"),
        ({"name": "a\r\nBcc: x"}, "name: expected one line"),
        ({"filters": {"period": "9999d"}}, "period: at most 400d"),
        ({"filters": {"period": 7}}, "period: expected a span"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], said: str) -> None:
    assert said.removesuffix("; expected") in problem(**values)
