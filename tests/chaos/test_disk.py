"""A disk of our own is full when it is filled, and slow when it is slowed; or it says why it cannot be."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.disk import Disk, may_mount

#: Says how long it waited for one flush of the file it is given, in s.
FLUSHES = """
import os, sys, time
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
begun = time.monotonic()
getattr(os, sys.argv[2])(file)
print(time.monotonic() - begun)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk", megabytes=2, beside=tmp_path / "beside")
    yield disk
    disk.remove()
    assert not disk.place.is_mount()


def there_or_skipped(why: str | None, must: bool) -> None:
    """Skip by name what cannot be done here."""
    if why is not None:
        assert not must, why
        pytest.skip(why)


def test_no_byte_is_left_on_a_filled_disk_until_it_is_freed(disk: Disk) -> None:
    there_or_skipped(disk.not_small, may_mount())
    disk.fill()
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (disk.place / "file").write_bytes(b"one more")
    disk.free()
    (disk.place / "file").write_bytes(b"one more")


@pytest.mark.parametrize("call", ["fsync", "fdatasync"])
def test_a_flush_waits_while_the_disk_is_slow_and_no_longer(disk: Disk, call: str) -> None:
    there_or_skipped(disk.not_slow, os.geteuid() == 0)

    def waited() -> float:
        words = [sys.executable, "-I", "-c", FLUSHES, str(disk.place / "file"), call]
        environment = {**os.environ, **disk.environment()}
        return float(subprocess.run(words, env=environment, capture_output=True, check=True).stdout)

    disk.slow(1.5)
    assert waited() >= 1.5
    disk.slow(0.0)
    assert waited() < 1.5


def test_without_a_compiler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.chaos.disk._mount", lambda place, megabytes: "only root may mount")
    disk = Disk(tmp_path / "disk", megabytes=2, beside=tmp_path / "beside")
    assert disk.not_slow == "no C compiler (cc) is installed"
    assert disk.environment() == {}
