"""A chaos run that is interrupted takes everything away and says what it had checked."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support import postgresql, rabbitmq
from tests.support.process import end, require, start
from tests.support.until import until

ROOT = Path(__file__).parents[2]
#: Its first fault is over at once: a worker is killed.
SEED = "13"


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


def mounts_of(folder: Path) -> list[str]:
    return [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]


def started(tmp_path: Path, stack: str = "embedded") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.chaos", "--minutes", "30", "--stack", stack, "--seed", SEED]
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
        assert mounts_of(tmp_path) == []
        assert list(tmp_path.glob("tickworks-chaos-*")) == []
    finally:
        end(process, how=signal.SIGTERM)


def test_a_second_ctrl_c_takes_everything_away_at_once(tmp_path: Path) -> None:
    process = started(tmp_path)
    try:
        until(lambda: '"fault"' in journal(tmp_path), "a fault is over", seconds=90)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)  # does the same; a second SIGINT at once would count as the first
        assert process.wait(60) == 130
        assert "interrupted; checked: nothing" in (tmp_path / "log").read_text()
        assert of_run(tmp_path) == []
        assert mounts_of(tmp_path) == []
        assert list(tmp_path.glob("tickworks-chaos-*")) == []
    finally:
        end(process, how=signal.SIGTERM)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A place that PostgreSQL reaches as its own user, as it does not reach those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="tickworks-killed-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(200)
def test_one_that_is_killed_outright_leaves_nothing_and_says_what_was_checked(open_folder: Path) -> None:
    require(postgresql.installed() is not None, "PostgreSQL", "postgresql")
    require(rabbitmq.installed() is not None, "RabbitMQ", "rabbitmq-server")
    process = started(open_folder, "servers")
    try:
        until(lambda: '"start"' in journal(open_folder), "the site is at work", seconds=120)
        process.kill()
        process.wait(20)
        until(lambda: "killed; checked: nothing" in said(open_folder), "it is cleared up", seconds=60)
        # The round has an undertaker of its own.
        until(lambda: of_run(open_folder) == [], "no process is left")
        assert mounts_of(open_folder) == []
        assert list(open_folder.glob("tickworks-chaos-*")) == []
    finally:
        end(process, how=signal.SIGTERM)


def said(folder: Path) -> str:
    return (folder / "log").read_text()


def journal(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("tickworks-chaos-*/tickworks-chaos-*/journal"))
