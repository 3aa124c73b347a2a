"""A chaos run that is interrupted takes everything away and says what it had checked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.support.process import end, start
from tests.support.until import until

ROOT = Path(__file__).parents[2]


def of_run(folder: Path) -> list[psutil.Process]:
    """The processes of the site that this run started, wherever they hang."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(str(folder) in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def started(tmp_path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.chaos", "--minutes", "30", "--stack", "embedded", "--seed", "7"]
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return start(command, log=tmp_path / "log", env=env, parent_death="TERM")


def test_ctrl_c_ends_the_faults_and_checks_what_was_done(tmp_path: Path) -> None:
    process = started(tmp_path)
    try:
        until(lambda: '"fault"' in journal(tmp_path), "a fault is over", seconds=90)
        process.send_signal(signal.SIGINT)
        assert process.wait(150) == 0, (tmp_path / "log").read_text()
        said = (tmp_path / "log").read_text()
        assert "interrupted; checked: " in said
        assert " 1 rounds" in said
        assert of_run(tmp_path) == []
        assert list(tmp_path.glob("tickworks-chaos-*")) == []
    finally:
        end(process, how=signal.SIGTERM)


def test_a_second_ctrl_c_takes_everything_away_at_once(tmp_path: Path) -> None:
    process = started(tmp_path)
    try:
        until(lambda: '"fault"' in journal(tmp_path), "a fault is over", seconds=90)
        process.send_signal(signal.SIGINT)
        until(lambda: "interrupted" in (tmp_path / "log").read_text(), "it has heard it")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert "interrupted; checked: nothing" in (tmp_path / "log").read_text()
        assert of_run(tmp_path) == []
        assert not [line for line in Path("/proc/mounts").read_text().splitlines() if str(tmp_path) in line]
    finally:
        end(process, how=signal.SIGTERM)


def journal(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("tickworks-chaos-*/journal"))
