"""What a round leaves when it has found something: all that it takes to look into it."""

from __future__ import annotations

import shutil
import threading

import pytest

from tests.chaos import checker, mix
from tests.chaos.journal import Line


def test_a_round_that_found_something_keeps_its_folder_and_says_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(lines: list[Line], runs: list[checker.Run]) -> checker.Checked:
        checked = checker.check(lines, runs)
        checked.broken("planted", "by this test")
        return checked

    monkeypatch.setattr(mix, "check", check)
    plan = mix.Plan(1, seconds=0.1, span=(0.1, 0.2), pause=(0.1, 0.2), faults=["kill_beat"])
    done = mix.run_round("embedded", plan, threading.Event())
    assert done.kept is not None
    try:
        assert [finding.kind for finding in done.checked.findings] == ["planted"]
        assert f"everything is in {done.kept}" in done.text()
        kept = {str(path.relative_to(done.kept)) for path in done.kept.rglob("*")}
        assert kept >= {"journal", "runs.json", "n1/site.log", "var/tickworks.db"}
        words = [str(done.kept / "journal"), str(done.kept / "runs.json")]
        assert checker.main(words) == 0
    finally:
        shutil.rmtree(done.kept)
