"""What a Windows exporter's metrics say: the server, its services, and the application pools of IIS.

Names are those of the exporter's documentation of its collectors cpu, os, memory, logical_disk,
net, service and iis; it renamed some of them over the years.
"""

from __future__ import annotations

from collections.abc import Iterator

from backends.probe import reading as made
from backends.probe.exposed import Exposed
from backends.probe.reading import Counter, Figure, Reading, ServiceState

KNOWN_BY = "windows_cpu_time_total"
BOOT = ("windows_system_boot_time_timestamp_seconds", "windows_system_boot_time_timestamp")
TOTAL_MEMORY = ("windows_memory_physical_total_bytes", "windows_cs_physical_memory_bytes")
FREE_MEMORY = ("windows_memory_available_bytes", "windows_memory_physical_free_bytes")


def reading(said: Exposed, now: float) -> Reading:
    """Figures, counters, services and inventory."""
    boot = _first(said, BOOT)
    total, free = _first(said, TOTAL_MEMORY), _first(said, FREE_MEMORY)
    memory = [] if total is None or free is None else made.memory(total, free)
    return Reading(
        (*memory, *_volumes(said)),
        (*_cpu(said), *_network(said)),
        made.merged(_services(said)),
        _inventory(said, total),
        None if boot is None else max(0.0, now - boot),
    )


def pools(said: Exposed) -> tuple[ServiceState, ...]:
    """The application pools of IIS (its collector must be switched on) and their states."""
    return made.merged(
        ServiceState(labels["app"], labels["state"].lower() == "running", labels["state"].lower())
        for labels, value in said.all("windows_iis_current_application_pool_state")
        if value == 1 and {"app", "state"} <= labels.keys()
    )


def _cpu(said: Exposed) -> list[Counter]:
    modes: dict[str, float] = {}
    for labels, value in said.all("windows_cpu_time_total"):
        mode = labels.get("mode", "")
        modes[mode] = modes.get(mode, 0.0) + value
    total = sum(modes.values())
    busy = total - modes.get("idle", 0.0)
    return [Counter("cpu.busy_seconds", "", busy), Counter("cpu.total_seconds", "", total)]


def _volumes(said: Exposed) -> Iterator[Figure]:
    free = said.by("windows_logical_disk_free_bytes", "volume")
    for volume, total in sorted(said.by("windows_logical_disk_size_bytes", "volume").items()):
        # Mount points without a letter have names such as HarddiskVolume3: recovery partitions mostly.
        if total and volume in free and not volume.startswith("HarddiskVolume"):
            yield from made.volume(volume, total, total - free[volume], free[volume])


def _network(said: Exposed) -> Iterator[Counter]:
    for direction in ("received", "sent"):
        for card, value in said.by(f"windows_net_bytes_{direction}_total", "nic").items():
            yield Counter(f"network.{direction}_bytes", card, value, 64)


def _services(said: Exposed) -> Iterator[ServiceState]:
    for labels, value in said.all("windows_service_state"):
        if value == 1 and {"name", "state"} <= labels.keys():
            yield ServiceState(labels["name"], labels["state"] == "running", labels["state"])


def _inventory(said: Exposed, total: float | None) -> dict[str, str]:
    host, system = said.labels("windows_os_hostname"), said.labels("windows_os_info")
    found = {
        "name": host.get("fqdn") or host.get("hostname", ""),
        "system": " ".join(filter(None, (system.get("product"), system.get("version")))),
        "processors": str(len({labels.get("core", "") for labels, _ in said.all(KNOWN_BY)})),
        "memory": f"{total:.0f} bytes" if total else "",
    }
    return {name: value for name, value in found.items() if value}


def _first(said: Exposed, metrics: tuple[str, ...]) -> float | None:
    return next((value for value in map(said.one, metrics) if value is not None), None)
