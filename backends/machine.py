"""The machine this process runs on, as the kernel counts it.

In a container most figures are the host's, as the kernel gives no others.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

#: (metric, object, value); the object is a mount, or "".
Figure = tuple[str, str, float]

#: The kernel counts CPU time in steps of 0.01 s: how long, and how often, to wait for the next one.
TICK = 0.02
TICKS = 25
#: Sums of seconds differ by so much though nothing has changed: less than one step of the kernel.
ROUNDING = 0.005

#: Images that are full by nature.
IMAGES = ("squashfs", "iso9660", "erofs", "udf")

NICS = Path("/sys/class/net")


@dataclass(frozen=True, slots=True)
class Counters:
    """What only ever grows: CPU seconds and bytes of all network cards, at a monotonic moment."""

    at: float
    busy: float
    total: float
    received: int
    sent: int


class Meter:
    """Remembers the last reading of this process, so that a rate is the mean of the time in between.

    Without one that is young enough it takes two readings `shortest` seconds apart.
    """

    def __init__(self, read: Callable[[], Counters] | None = None) -> None:
        self._read = read or counters
        self._last: Counters | None = None

    def rates(self, shortest: float = 1.0, longest: float = 900.0) -> list[Figure]:
        """CPU use in percent of all cores, and bytes a second over the network."""
        earlier, later = self._last, self._read()
        if earlier is None or not shortest <= later.at - earlier.at <= longest:
            earlier, later = later, self._read_after(later, shortest)
        self._last = later
        return rates(earlier, later)

    def _read_after(self, earlier: Counters, seconds: float) -> Counters:
        """The next reading; a little later still if no tick of the kernel's clock lies between."""
        pause = threading.Event()
        pause.wait(seconds)
        later = self._read()
        for _ in range(TICKS):
            if later.total != earlier.total:
                break
            pause.wait(TICK)
            later = self._read()
        return later


def counters() -> Counters:
    """A reading of the counters now."""
    times = psutil.cpu_times()
    # The kernel counts guests' time in user time already.
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    cards = _cards()
    return Counters(
        at=time.monotonic(),
        busy=total - times.idle - getattr(times, "iowait", 0.0),
        total=total,
        received=sum(card.bytes_recv for card in cards),
        sent=sum(card.bytes_sent for card in cards),
    )


def rates(earlier: Counters, later: Counters) -> list[Figure]:
    """What happened between two readings; nothing is said of a counter that went back."""
    found: list[Figure] = []
    busy, total = later.busy - earlier.busy, later.total - earlier.total
    if total > 0 and busy > -ROUNDING:
        found.append(("cpu.percent", "", min(100.0, max(0.0, 100 * busy / total))))
    seconds = later.at - earlier.at
    for direction in ("received", "sent"):
        grown = getattr(later, direction) - getattr(earlier, direction)
        if seconds > 0 and grown >= 0:
            found.append((f"network.{direction}_bytes_per_second", "", grown / seconds))
    return found


def levels() -> list[Figure]:
    """What can be read at once: load, memory, swap, processes. Sizes in bytes."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    loads = zip(("load.1", "load.5", "load.15"), os.getloadavg(), strict=True)
    return [
        *((name, "", load) for name, load in loads),
        # Caches that the kernel gives back on demand are not used memory.
        ("memory.used_bytes", "", memory.total - memory.available),
        ("memory.total_bytes", "", memory.total),
        ("swap.used_bytes", "", swap.used),
        ("swap.total_bytes", "", swap.total),
        ("processes", "", len(psutil.pids())),
    ]


def disks() -> list[Figure]:
    """Bytes and inodes of each mount of a local disk, and of the root; unreadable ones are left out."""
    found: list[Figure] = []
    for mount in _mounts():
        try:
            about = os.statvfs(mount)
        except OSError:
            continue
        found += [
            ("disk.used_bytes", mount, (about.f_blocks - about.f_bfree) * about.f_frsize),
            ("disk.free_bytes", mount, about.f_bavail * about.f_frsize),
            ("disk.total_bytes", mount, about.f_blocks * about.f_frsize),
        ]
        if about.f_files:  # file systems such as btrfs have no fixed number
            found += [
                ("disk.inodes_used", mount, about.f_files - about.f_ffree),
                ("disk.inodes_total", mount, about.f_files),
            ]
    return found


def free_percent(path: Path) -> float:
    """How much of the disk that holds `path`, or will hold it, is free for us. Raises OSError."""
    there = next(part for part in (path, *path.absolute().parents) if part.exists())
    about = os.statvfs(there)
    return 100 * about.f_bavail / (about.f_bavail + about.f_blocks - about.f_bfree or 1)


def _mounts() -> Iterator[str]:
    """Each device once, at its shortest mount; a file that is mounted alone is no disk."""
    listed = [part.mountpoint for part in psutil.disk_partitions() if part.fstype not in IMAGES]
    seen: set[int] = set()
    for mount in sorted({"/", *listed}, key=lambda mount: (len(mount), mount)):
        try:
            device = os.stat(mount).st_dev
        except OSError:
            continue
        if os.path.isdir(mount) and device not in seen:
            seen.add(device)
            yield mount


def _cards() -> list[psutil._ntuples.snetio]:
    """Real cards where there are any (a bridge would count twice), else all but the loopback."""
    cards = psutil.net_io_counters(pernic=True)
    real = [card for name, card in cards.items() if (NICS / name / "device").exists()]
    return real or [card for name, card in cards.items() if name != "lo"]
