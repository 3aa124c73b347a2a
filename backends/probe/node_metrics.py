"""What a node exporter's metrics say of a Linux server."""

from __future__ import annotations

from collections.abc import Iterator

from backends.probe import reading as made
from backends.probe.exposed import Exposed
from backends.probe.reading import Counter, Figure, Reading, ServiceState

KNOWN_BY = "node_cpu_seconds_total"
#: File systems that live in memory, and images, which are full by nature.
UNREAL = ("tmpfs", "devtmpfs", "ramfs", "overlay", "squashfs", "iso9660", "erofs", "udf", "autofs", "nsfs")
#: Images and discs; a disk that became read-only by an error is still a disk.
MEDIA = ("/dev/loop", "/dev/sr")
#: Bridges, tunnels and virtual cards count what a real one counts too.
VIRTUAL = ("lo", "veth", "docker", "br-", "virbr", "ifb", "tap", "cni", "flannel", "cali")


def reading(said: Exposed, now: float) -> Reading:
    """Figures, counters, services (systemd's units, where its collector is on) and inventory."""
    boot = said.one("node_boot_time_seconds")
    failed = [
        name for name, good in said.by("node_scrape_collector_success", "collector").items() if not good
    ]
    figures = [*_loads(said), *_memory(said), *_volumes(said)]
    units = [name for name in ("filesystem", "cpu", "meminfo", "systemd") if name in failed]
    return Reading(
        tuple(figures),
        (*_cpu(said), *_network(said)),
        made.merged(_units(said)),
        _inventory(said),
        None if boot is None else max(0.0, now - boot),
        tuple(f"the exporter's collector {name} failed" for name in units),
    )


def _cpu(said: Exposed) -> list[Counter]:
    """Busy and all seconds of all processors; guests are counted in user and nice already."""
    modes: dict[str, float] = {}
    for labels, value in said.all("node_cpu_seconds_total"):
        mode = labels.get("mode", "")
        modes[mode] = modes.get(mode, 0.0) + value
    total = sum(modes.values())
    idle = modes.get("idle", 0.0) + modes.get("iowait", 0.0)
    return [Counter("cpu.busy_seconds", "", total - idle), Counter("cpu.total_seconds", "", total)]


def _loads(said: Exposed) -> Iterator[Figure]:
    for span in ("1", "5", "15"):
        if (load := said.one(f"node_load{span}")) is not None:
            yield f"load.{span}", "", load


def _memory(said: Exposed) -> list[Figure]:
    total, available = said.one("node_memory_MemTotal_bytes"), said.one("node_memory_MemAvailable_bytes")
    figures = [] if total is None or available is None else made.memory(total, available)
    swap, free = said.one("node_memory_SwapTotal_bytes"), said.one("node_memory_SwapFree_bytes")
    if swap is not None and free is not None:
        figures += [("swap.total_bytes", "", swap), ("swap.used_bytes", "", swap - free)]
    return figures


def _volumes(said: Exposed) -> list[Figure]:
    """Each device once, at its shortest mount: a bind mount shows the same device again."""
    free = said.by("node_filesystem_free_bytes", "mountpoint")
    available = said.by("node_filesystem_avail_bytes", "mountpoint")
    read_only = said.by("node_filesystem_readonly", "mountpoint")
    broken = said.by("node_filesystem_device_error", "mountpoint")
    shown: dict[str, tuple[int, str, float]] = {}
    for labels, total in said.all("node_filesystem_size_bytes"):
        mount, device = labels.get("mountpoint", ""), labels.get("device", "")
        if labels.get("fstype") in UNREAL or not total or broken.get(mount) or mount not in free:
            continue
        if read_only.get(mount) and device.startswith(MEDIA):
            continue
        candidate = (len(mount), mount, total)
        shown[device] = min(shown.get(device, candidate), candidate)
    return [
        figure
        for _, mount, total in sorted(shown.values(), key=lambda each: each[1])
        for figure in made.volume(mount, total, total - free[mount], available.get(mount, free[mount]))
    ]


def _network(said: Exposed) -> Iterator[Counter]:
    for direction, metric in (("received", "receive"), ("sent", "transmit")):
        for card, value in said.by(f"node_network_{metric}_bytes_total", "device").items():
            if not card.startswith(VIRTUAL):
                yield Counter(f"network.{direction}_bytes", card, value, 64)


def _units(said: Exposed) -> Iterator[ServiceState]:
    for labels, value in said.all("node_systemd_unit_state"):
        name, state = labels.get("name", ""), labels.get("state", "")
        if value == 1 and name.endswith(".service"):
            yield ServiceState(name.removesuffix(".service"), state == "active", state)


def _inventory(said: Exposed) -> dict[str, str]:
    system, kernel, board = (said.labels(f"node_{name}_info") for name in ("os", "uname", "dmi"))
    processors = {labels.get("cpu", "") for labels, _ in said.all("node_cpu_seconds_total")}
    total = said.one("node_memory_MemTotal_bytes")
    found = {
        "name": kernel.get("nodename", ""),
        "system": system.get("pretty_name", ""),
        "kernel": " ".join(
            filter(None, (kernel.get("sysname"), kernel.get("release"), kernel.get("machine")))
        ),
        "hardware": " ".join(filter(None, (board.get("system_vendor"), board.get("product_name")))),
        "processors": str(len(processors)),
        "memory": f"{total:.0f} bytes" if total else "",
    }
    return {name: value for name, value in found.items() if value}
