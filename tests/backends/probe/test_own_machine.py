"""Does this machine say of itself what other servers are asked for?"""

from __future__ import annotations

import platform

import psutil
import pytest

from backends.probe import judge, own_machine


def test_it_has_figures_counters_processes_and_an_inventory() -> None:
    reading = own_machine.read()
    assert reading.value("memory.total_bytes") == psutil.virtual_memory().total
    usage = psutil.disk_usage("/")
    assert reading.value("disk.used_percent", "/") == pytest.approx(usage.percent, abs=1)
    assert {"cpu.busy_seconds", "cpu.total_seconds"} <= {each.metric for each in reading.counters}
    assert judge.service(reading, psutil.Process().name()).ok
    assert reading.inventory["name"] == platform.node()


def test_no_figure_comes_twice() -> None:
    names = [(metric, about) for metric, about, _ in own_machine.read().figures]
    assert len(names) == len(set(names))


def test_its_uptime_is_counted_to_the_moment_given() -> None:
    assert own_machine.read(psutil.boot_time() + 50).up == pytest.approx(50, abs=1)
