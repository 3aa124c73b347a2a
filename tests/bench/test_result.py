"""Can one workload, or one system, be measured again alone?"""

from __future__ import annotations

from pathlib import Path

from bench.result import Result, load, merged, save


def _result(machine: str = "a", **rounds: list[dict[str, float | None]]) -> Result:
    return Result("w1", "2026-11-22", {"runs": 10.0}, {"machine": machine}, rounds=rounds)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    result = _result(ours=[{"rate": 1234.5678, "gap": None}])
    save(result, tmp_path)
    found = load("w1", tmp_path)
    assert found is not None
    assert found.rounds == {"ours": [{"rate": 1234.6, "gap": None}]}
    assert found.values("ours", "gap") == []


def test_nothing_measured_is_none(tmp_path: Path) -> None:
    assert load("w1", tmp_path) is None


def test_a_system_measured_anew_leaves_the_others() -> None:
    before = _result(ours=[{"rate": 1.0}], peer=[{"rate": 2.0}])
    before.skipped = {"other": "not installed"}
    after = merged(before, _result(ours=[{"rate": 3.0}]))
    assert after.rounds == {"ours": [{"rate": 3.0}], "peer": [{"rate": 2.0}]}
    assert after.skipped == {"other": "not installed"}


def test_figures_of_another_machine_are_not_mixed_in() -> None:
    before = _result("another", ours=[{"rate": 1.0}], peer=[{"rate": 2.0}])
    assert merged(before, _result(ours=[{"rate": 3.0}])).rounds == {"ours": [{"rate": 3.0}]}


def test_what_could_be_measured_this_time_is_no_longer_left_out() -> None:
    before = _result()
    before.skipped = {"peer": "not installed"}
    assert merged(before, _result(peer=[{"rate": 3.0}])).skipped == {}


def test_what_is_told_as_text_is_not_lost_beside_an_earlier_result() -> None:
    before, new = _result(), _result()
    before.told, new.told = [["page", "38 ms", "50 ms"]], [["page", "13 ms", "50 ms"]]
    assert merged(before, new).told == [["page", "13 ms", "50 ms"]]
