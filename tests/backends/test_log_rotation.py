"""Are log files turned, packed and dropped without a line lost, whoever writes and whatever fails?"""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import backends
from backends.log_rotation import Rotated, rotate
from tests.support.process import end, start
from tests.support.until import until

ROOT = Path(backends.__file__).parents[1]
NOW = datetime(2027, 1, 15, 1, 10, tzinfo=UTC)
OLD = "20270115T011000Z"

#: Writes numbered lines as a run's log does: the file is opened for each of them.
WRITER = """
import sys
from pathlib import Path
path, stop = Path(sys.argv[1]), Path(sys.argv[2])
number = 0
while not stop.exists():
    with path.open("a", encoding="utf-8") as file:
        file.write(f"line {number}\\n")
    number += 1
print(number)
"""


def write(folder: Path, name: str, text: str = "a line\n") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def lines(folder: Path) -> list[str]:
    """Every line of all files of the folder."""
    found: list[str] = []
    for path in folder.glob("mail.log*"):
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += text.decode().splitlines()
    return found


def test_a_log_becomes_a_packed_old_one(tmp_path: Path) -> None:
    write(tmp_path, "mail.log", "first\nsecond\n")
    assert rotate(tmp_path, NOW, keep=3) == Rotated(turned=1, packed=1)
    assert names(tmp_path) == [f"mail.log.{OLD}.gz"]
    assert lines(tmp_path) == ["first", "second"]


def test_only_the_newest_are_kept_of_each_log(tmp_path: Path) -> None:
    for day in range(4):
        write(tmp_path, "mail.log", f"{day}\n")
        if day == 0:
            write(tmp_path, "billing.log")
        last = rotate(tmp_path, NOW + timedelta(days=day), keep=2)
    assert last.dropped == 1
    assert sorted(lines(tmp_path)) == ["2", "3"]
    assert f"billing.log.{OLD}.gz" in names(tmp_path)


def test_empty_and_small_logs_stay(tmp_path: Path) -> None:
    write(tmp_path, "empty.log", "")
    write(tmp_path, "small.log", "x\n")
    assert rotate(tmp_path, NOW, keep=2, least=100) == Rotated()
    assert names(tmp_path) == ["empty.log", "small.log"]


def test_links_and_other_peoples_files_stay(tmp_path: Path) -> None:
    target = write(tmp_path, "elsewhere.txt")
    (tmp_path / "soft.log").symlink_to(target)
    os.link(target, tmp_path / "hard.log")
    write(tmp_path, "mail.log.bak")
    before = names(tmp_path)
    assert rotate(tmp_path, NOW, keep=1) == Rotated()
    assert names(tmp_path) == before


def test_two_rotations_in_one_second_keep_both(tmp_path: Path) -> None:
    for text in ("one\n", "two\n"):
        write(tmp_path, "mail.log", text)
        rotate(tmp_path, NOW, keep=5)
    assert sorted(lines(tmp_path)) == ["one", "two"]


def test_a_file_that_a_writer_has_open_is_packed_once_it_is_closed(tmp_path: Path) -> None:
    path = write(tmp_path, "mail.log", "first\n")
    with path.open("a") as late:
        assert rotate(tmp_path, NOW, keep=5) == Rotated(turned=1)
        late.write("late\n")
    assert rotate(tmp_path, NOW + timedelta(days=1), keep=5) == Rotated(packed=1)
    assert lines(tmp_path) == ["first", "late"]


def test_a_writer_process_loses_no_line(tmp_path: Path) -> None:
    folder, stop = tmp_path / "log", tmp_path / "stop"
    folder.mkdir()
    output = tmp_path / "output"
    writer = start([sys.executable, "-c", WRITER, str(folder / "mail.log"), str(stop)], log=output)
    try:
        for number in range(60):
            until(lambda: (folder / "mail.log").exists(), "the writer has begun a new file")
            rotate(folder, NOW + timedelta(seconds=number), keep=1000)
        stop.touch()
        assert writer.wait(60) == 0
    finally:
        end(writer)
    written = int(output.read_text())
    counted = Counter(lines(folder))
    assert sum(name.endswith(".gz") for name in names(folder)) > 10
    assert counted == Counter(f"line {number}" for number in range(written))


def test_a_full_disk_keeps_the_file_as_it_was_and_says_so(tmp_path: Path) -> None:
    text = "".join(f"{os.urandom(40).hex()}\n" for _ in range(2000))
    write(tmp_path, "mail.log", text)
    with at_most(8192):
        rotated = rotate(tmp_path, NOW, keep=5)
    assert (rotated.turned, rotated.packed) == (1, 0)
    assert rotated.refused == (f"mail.log.{OLD}: File too large",)
    assert names(tmp_path) == [f"mail.log.{OLD}"]
    assert lines(tmp_path) == text.splitlines()


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: what a full disk does to us, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_second_node_on_the_same_folder_leaves_it_to_the_first(tmp_path: Path) -> None:
    write(tmp_path, "mail.log")
    program = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], 0), 2); print(1, flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert rotate(tmp_path, NOW, keep=1) == Rotated(busy=True)
        other.communicate(b"\n")
    assert names(tmp_path) == ["mail.log"]


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    assert rotate(tmp_path / "none", NOW, keep=1) == Rotated()


@pytest.mark.parametrize("keep", [1, 2])
def test_a_clock_that_stepped_back_drops_by_the_times_in_the_names(tmp_path: Path, keep: int) -> None:
    for hours in (0, 48, 24):
        write(tmp_path, "mail.log", f"{hours}\n")
        rotate(tmp_path, NOW + timedelta(hours=hours), keep=keep)
    assert len(names(tmp_path)) == keep
