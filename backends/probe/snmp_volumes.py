"""Volumes by SNMP: hrStorageTable (RFC 2790), whose sizes are 32 bits wide and often more than that."""

from __future__ import annotations

from dataclasses import dataclass

from backends.error import one_line
from backends.probe import reading
from backends.probe.reading import Figure
from backends.probe.snmp import Session, Value

STORAGE = "1.3.6.1.2.1.25.2.3.1"
KIND, ABOUT, UNIT, SIZE, USED = (f"{STORAGE}.{column}" for column in range(2, 7))
FS_ACCESS, FS_STORAGE = "1.3.6.1.2.1.25.3.8.1.5", "1.3.6.1.2.1.25.3.8.1.7"
RAM, FIXED, REMOVABLE, NETWORK = (f"25.2.1.{number}".encode() for number in (2, 4, 5, 10))
READ_ONLY = 2
#: Mounts of file systems that live in memory.
UNREAL = ("/run", "/dev", "/sys", "/proc")


@dataclass(frozen=True)
class Volume:
    """One volume; bytes."""

    mount: str
    total: int
    used: int


async def read(asked: Session) -> tuple[list[Figure], tuple[float, float] | None, list[str]]:
    """The volumes' figures; main memory as (total, used) in bytes; what could not be read. BackendError."""
    rows = await asked.columns((KIND, ABOUT, UNIT, SIZE, USED))
    access, storage = await asked.columns((FS_ACCESS, FS_STORAGE))
    # Images and other media that nobody can write to are full by nature.
    fixed = {str(storage[row]) for row, value in access.items() if value == READ_ONLY and row in storage}
    volumes, ram, notes = _volumes(rows, fixed)
    figures = [
        figure
        for each in once(volumes)
        for figure in reading.volume(each.mount, each.total, each.used, each.total - each.used)
    ]
    return figures, ram, notes


def once(volumes: list[Volume]) -> list[Volume]:
    """Each volume at its shortest mount.

    The table does not tell which device a mount shows; one that has the same size and use to the byte
    is taken for a second mount of the same, unless it is empty.
    """
    found: dict[tuple[int, int], Volume] = {}
    empty: list[Volume] = []
    for each in sorted(volumes, key=lambda volume: (len(volume.mount), volume.mount)):
        if each.used:
            found.setdefault((each.total, each.used), each)
        else:
            empty.append(each)
    return sorted([*found.values(), *empty], key=lambda volume: volume.mount)


def unsigned(value: int) -> int:
    """A size that ran into the sign of its 32 bits, as it was meant."""
    return value + 2**32 if value < 0 else value


def _volumes(
    rows: list[dict[str, Value]], read_only: set[str]
) -> tuple[list[Volume], tuple[float, float] | None, list[str]]:
    kinds, abouts, units, sizes, uses = rows
    volumes: list[Volume] = []
    notes: list[str] = []
    ram: tuple[float, float] | None = None
    for row, about in abouts.items():
        kind, unit, size, used = kinds.get(row), units.get(row), sizes.get(row), uses.get(row)
        if not (isinstance(kind, bytes) and isinstance(about, bytes)):
            continue
        if not (isinstance(unit, int) and isinstance(size, int) and isinstance(used, int)) or not size:
            continue
        total, taken = unsigned(size) * unit, unsigned(used) * unit
        if kind.endswith(RAM) and ram is None:
            ram = (total, taken)
        if not kind.endswith((FIXED, REMOVABLE, NETWORK)) or row in read_only:
            continue
        mount = mount_of(one_line(about, longest=200))
        if mount.startswith(UNREAL):
            continue
        if taken > total:
            notes.append(
                f"{mount}: more is used than there is: its size does not fit into the agent's 32 bits"
            )
            continue
        volumes.append(Volume(mount, total, taken))
    return volumes, ram, notes


def mount_of(about: str) -> str:
    r"""The mount of a description; Windows writes ``C:\ Label:Data  Serial Number 1a2b``."""
    return about.partition(" Label:")[0].strip()
