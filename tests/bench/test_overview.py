"""Does the README say the figures that were measured?"""

from __future__ import annotations

import pytest

from bench.aims import EMBEDDED
from bench.every import WORKLOADS
from bench.overview import BEGIN, END, README, ROWS, with_figures
from bench.result import Result, load

TEXT = f"before\n{BEGIN}old\n{END}after\n"


def told(workload: str, contender: str, **values: float | None) -> str:
    rounds = {contender: [values]}
    return with_figures(TEXT, {workload: Result(workload, "2026-11-22", {}, {}, rounds=rounds)})


def test_a_median_stands_with_its_unit_and_what_is_around_stays() -> None:
    text = told("w1", EMBEDDED, rate=1234.5)
    assert "| 1,234/s |" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text


def test_who_lost_all_is_not_shown_as_unmeasured() -> None:
    assert "| 20 lost |" in told("w5", "celery_rmq", began=None, lost=20.0)


def test_what_was_not_measured_is_a_dash() -> None:
    assert with_figures(TEXT, {}).count(" - |") == 5 * len(ROWS)


def test_a_readme_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"README\.md: expected"):
        with_figures("nothing", {})


def test_each_row_names_systems_that_are_measured() -> None:
    names = {(each.name, contender.name) for each in WORKLOADS for contender in each.contenders}
    assert [row.says for row in ROWS for name in row.contenders if (row.workload, name) not in names] == []


def test_the_readme_says_what_is_in_the_results() -> None:
    known = {each.name: found for each in WORKLOADS if (found := load(each.name))}
    text = README.read_text(encoding="utf-8")
    assert with_figures(text, known) == text
