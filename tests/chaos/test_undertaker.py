"""Who watches over a run's folder takes away what is left when it is killed, and only then, and only that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos import undertaker
from tests.support.process import end, start

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


def undertaken(folder: Path, words: str) -> str:
    """What it says when its input was this and ended."""
    command = [sys.executable, "-I", undertaker.__file__, str(folder)]
    return subprocess.run(command, input=words, capture_output=True, text=True, check=True).stdout


def test_a_process_of_the_folder_is_killed_and_its_files_are_deleted(tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    (folder / "round").mkdir(parents=True)
    ours = start(SLEEPER, log=log, env={**os.environ, "HOME": str(folder / "round")})
    other = start(SLEEPER, log=log)
    try:
        assert undertaken(folder, "checked: nothing\nchecked: 3 rounds\n").startswith(
            "killed; checked: 3 rounds;"
        )
        assert ours.wait(20) < 0
        assert not folder.exists()
        assert other.poll() is None
    finally:
        end(ours)
        end(other)


def test_what_a_second_ctrl_c_kept_from_being_taken_away_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "round").mkdir(parents=True)
    ours = start(SLEEPER, log=tmp_path / "log", env={**os.environ, "HOME": str(folder / "round")})
    try:
        with pytest.raises(KeyboardInterrupt), undertaker.watched(folder):
            raise KeyboardInterrupt
        assert ours.wait(20) < 0
        assert not folder.exists()
    finally:
        end(ours)


def test_nothing_is_touched_when_the_run_has_ended_by_itself(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert undertaken(tmp_path / "run", "checked: 3 rounds\ndone\n") == ""
    assert (tmp_path / "run").is_dir()


def test_a_round_that_found_something_is_kept(tmp_path: Path) -> None:
    for name in ("clean", "broken"):
        (tmp_path / "run" / name / "n1").mkdir(parents=True)
        (tmp_path / "run" / name / "n1" / "site.log").touch()
    (tmp_path / "run" / "broken" / undertaker.KEPT).touch()
    undertaken(tmp_path / "run", "checked: 2 rounds\n")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["broken"]
    assert (tmp_path / "run" / "broken" / "n1" / "site.log").exists()
