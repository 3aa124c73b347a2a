"""Does docs/benchmarks.md say what was measured, also where an aim is missed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.aims import AIMS, BY_MESSAGE, EMBEDDED
from bench.every import WORKLOADS
from bench.result import Result, load
from bench.workload import Values
from bench.written import PAGE, page, read_reasons


def _w1(**extra: list[Values]) -> dict[str, Result]:
    rounds: dict[str, list[Values]] = {
        EMBEDDED: [{"rate": 1300.0, "asked": 1400.0}, {"rate": 1100.0}, {"rate": 1250.0}],
        BY_MESSAGE: [{"rate": 600.0}],
        "dramatiq_rmq:hist": [{"rate": 1000.0}],
        **extra,
    }
    skipped = {"huey_any:redis": "Redis is not installed"}
    return {"w1": Result("w1", "2026-11-22", {}, {"machine": "2 x Test"}, 0.5, rounds, skipped)}


def _lines(text: str, *words: str) -> list[str]:
    return [line for line in text.splitlines() if all(word in line for word in words)]


def test_a_table_has_medians_with_their_spread() -> None:
    (row,) = _lines(page(WORKLOADS, _w1(), {}), f"| **{EMBEDDED}** |")
    assert "| 1,250 |" in row
    assert "| 1,100-1,300 |" in row
    assert row.endswith("| 3 |")


def test_peers_stand_in_proportion_to_tickworks() -> None:
    (row,) = _lines(page(WORKLOADS, _w1(), {}), "| dramatiq_rmq:hist |")
    assert "| 0.80 times |" in row


def test_a_missed_aim_is_said_with_its_reason() -> None:
    key = f"w1/{BY_MESSAGE}/rate/dramatiq_rmq:hist"
    text = page(WORKLOADS, _w1(), {key: "three commits against two"})
    (row,) = _lines(text, BY_MESSAGE, "0.75 times dramatiq_rmq:hist = 750")
    assert "**missed**" in row
    assert _lines(text, "- missed:", BY_MESSAGE, "three commits against two")


def test_a_missed_aim_without_a_reason_is_not_hidden() -> None:
    assert _lines(page(WORKLOADS, _w1(), {}), "- missed:", BY_MESSAGE, "no reason is written yet")


def test_an_aim_that_is_met_needs_no_reason() -> None:
    text = page(WORKLOADS, _w1(), {})
    assert _lines(text, f"{EMBEDDED}: jobs/s ≥ 1200", "| met |")
    assert not _lines(text, "- missed:", EMBEDDED)


def test_an_aim_against_a_peer_that_was_left_out_is_neither_met_nor_missed() -> None:
    (row,) = _lines(page(WORKLOADS, _w1(), {}), "times procrastinate_pg", "jobs/s")
    assert "not measured" in row


def test_who_was_left_out_is_named() -> None:
    assert _lines(page(WORKLOADS, _w1(), {}), "left out: `huey_any:redis`: Redis is not installed")


def test_a_workload_that_was_not_measured_says_so() -> None:
    text = page(WORKLOADS, {}, {})
    assert text.count("Not measured yet.") == len(WORKLOADS)
    assert "0 are met, 0 missed" in text


def test_a_result_without_any_figure_is_not_measured() -> None:
    empty = {"page": Result("page", "2026-11-22", {}, {"machine": "2 x Test"})}
    assert page(WORKLOADS, empty, {}).count("Not measured yet.") == len(WORKLOADS)


def test_every_aim_is_one_of_a_figure_that_is_measured() -> None:
    known = {
        (each.name, contender.name, column.name)
        for each in WORKLOADS
        for contender in each.contenders
        for column in each.columns
    }
    assert {(aim.workload, aim.contender, aim.column) for aim in AIMS} <= known
    assert len({aim.key for aim in AIMS}) == len(AIMS)


def test_a_reason_for_no_aim_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reasons.toml").write_text('"w9/nobody/rate" = "why not"\n')
    with pytest.raises(ValueError, match="no aim is called w9/nobody/rate"):
        read_reasons(tmp_path / "reasons.toml")


def test_the_page_is_that_of_the_kept_results() -> None:
    results = {each.name: found for each in WORKLOADS if (found := load(each.name))}
    assert page(WORKLOADS, results) == PAGE.read_text(encoding="utf-8"), "python -m bench --page writes it"
