"""The machine this process runs on, read from its kernel: what SNMP or an exporter says of others."""

from __future__ import annotations

import os
import platform
import time

import psutil

from backends import machine
from backends.probe import reading
from backends.probe.reading import Counter, Figure, Reading, ServiceState


def read(now: float | None = None) -> Reading:
    """Figures, counters, processes by name and inventory; `now`: epoch s. Nobody else is asked."""
    counted = machine.counters()
    memory = psutil.virtual_memory()
    return Reading(
        (*machine.levels(), *_percents(memory.total, memory.available)),
        (
            Counter("cpu.busy_seconds", "", counted.busy),
            Counter("cpu.total_seconds", "", counted.total),
            Counter("network.received_bytes", "", counted.received, 64),
            Counter("network.sent_bytes", "", counted.sent, 64),
        ),
        reading.merged(_processes()),
        {
            "name": platform.node(),
            "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
            "processors": str(os.cpu_count() or 1),
            "memory": f"{memory.total} bytes",
        },
        max(0.0, (time.time() if now is None else now) - psutil.boot_time()),
    )


def _percents(total: float, available: float) -> list[Figure]:
    """The disks, and the shares in percent that checks have limits on."""
    disks = machine.disks()
    sizes = {(metric, mount): value for metric, mount, value in disks}
    percents = [figure for figure in reading.memory(total, available) if figure[0].endswith("percent")]
    for metric, mount, used in disks:
        if metric == "disk.used_bytes":
            free = sizes["disk.free_bytes", mount]
            percents += [
                each
                for each in reading.volume(mount, sizes["disk.total_bytes", mount], used, free)
                if each[0].endswith("percent")
            ]
    return [*disks, *percents]


def _processes() -> list[ServiceState]:
    found = []
    for process in psutil.process_iter(["name", "status"]):
        status = process.info["status"] or ""
        gone = status in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        found.append(ServiceState(process.info["name"] or "", not gone, status))
    return found
