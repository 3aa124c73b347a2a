"""Are the machine's figures those of its kernel?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends import machine
from backends.machine import Counters, Figure, Meter


def by_name(figures: list[Figure]) -> dict[str, float]:
    return {metric: value for metric, about, value in figures}


def kernel(name: str) -> dict[str, int]:
    """``/proc/meminfo``, in bytes."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in map(str.split, lines)}


def cpu_seconds() -> float:
    """What all CPUs have done so far, by ``/proc/stat``: all but idle, iowait and guests."""
    numbers = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(numbers[:8]) - numbers[3] - numbers[4]) / os.sysconf("SC_CLK_TCK")


def test_cpu_time_is_the_kernels() -> None:
    before = cpu_seconds()
    busy = machine.counters().busy
    tick = 1 / os.sysconf("SC_CLK_TCK")
    assert before - tick <= busy <= cpu_seconds() + tick


def test_memory_is_what_the_kernel_cannot_give_at_once() -> None:
    total = kernel("meminfo")["MemTotal"]
    before = kernel("meminfo")
    found = by_name(machine.levels())
    after = kernel("meminfo")
    used = sorted(each["MemTotal"] - each["MemAvailable"] for each in (before, after))
    slack = total // 10  # others on this machine take and give meanwhile
    assert found["memory.total_bytes"] == total
    assert used[0] - slack <= found["memory.used_bytes"] <= used[1] + slack


def test_swap_is_the_kernels() -> None:
    found = by_name(machine.levels())
    assert found["swap.total_bytes"] == kernel("meminfo")["SwapTotal"]
    assert 0 <= found["swap.used_bytes"] <= found["swap.total_bytes"]


def test_the_root_disk_has_the_size_its_file_system_says() -> None:
    found = {(metric, about): value for metric, about, value in machine.disks()}
    about = os.statvfs("/")
    assert found["disk.total_bytes", "/"] == about.f_blocks * about.f_frsize
    assert 0 < found["disk.used_bytes", "/"] < found["disk.total_bytes", "/"]
    if about.f_files:
        assert found["disk.inodes_total", "/"] == about.f_files


def test_each_device_is_measured_once() -> None:
    mounts = [about for metric, about, _ in machine.disks() if metric == "disk.total_bytes"]
    devices = [os.stat(mount).st_dev for mount in mounts]
    assert len(devices) == len(set(devices))


def test_rates_are_what_happened_between_two_readings() -> None:
    earlier = Counters(at=10, busy=100, total=1000, received=5_000, sent=700)
    later = Counters(at=14, busy=103, total=1012, received=9_000, sent=700)
    assert by_name(machine.rates(earlier, later)) == {
        "cpu.percent": 25,
        "network.received_bytes_per_second": 1_000,
        "network.sent_bytes_per_second": 0,
    }


def test_a_counter_that_went_back_is_a_gap() -> None:
    earlier = Counters(at=10, busy=100, total=1000, received=5_000, sent=700)
    later = Counters(at=14, busy=90, total=1012, received=4, sent=1_100)
    assert by_name(machine.rates(earlier, later)) == {"network.sent_bytes_per_second": 100}


def readings(*moments: float) -> Iterator[Counters]:
    """At each moment the machine has been half busy since the one before."""
    for at in moments:
        yield Counters(at=at, busy=at, total=2 * at, received=int(at) * 10, sent=0)


@pytest.mark.parametrize(
    ("moments", "runs"),
    [
        pytest.param((5, 6), 1, id="the first takes two readings"),
        pytest.param((5, 6, 306), 2, id="a young one serves the next"),
        pytest.param((5, 6, 5000, 5001), 2, id="an old one does not"),
        pytest.param((5, 6, 6.001, 7), 2, id="nor one of just now"),
    ],
)
def test_a_rate_is_never_of_no_time_or_of_long_ago(moments: tuple[float, ...], runs: int) -> None:
    supply = readings(*moments)
    meter = Meter(lambda: next(supply))
    found = [by_name(meter.rates(shortest=0.01, longest=900)) for _ in range(runs)]
    assert [each["cpu.percent"] for each in found] == [pytest.approx(50)] * runs
    assert next(supply, None) is None


def test_a_folder_that_is_yet_to_be_made_is_on_its_parents_disk(tmp_path: Path) -> None:
    about = os.statvfs(tmp_path)
    expected = 100 * about.f_bavail / (about.f_blocks - about.f_bfree + about.f_bavail)
    assert machine.free_percent(tmp_path / "var" / "log") == pytest.approx(expected, abs=1)
