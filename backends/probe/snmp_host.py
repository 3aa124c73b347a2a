"""A server by SNMP: CPU, memory, volumes, network, processes and inventory (HOST-RESOURCES, RFC 2790).

Beside that IF-MIB (RFC 2863), UCD-SNMP for what caches give back, and Windows' own list of services.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from backends.error import BackendError, one_line
from backends.probe import reading, snmp_volumes
from backends.probe.reading import Counter, Figure, Reading, ServiceState
from backends.probe.snmp import Session, Value, session
from backends.probe.snmp_agent import Agent

SYSTEM = {"description": "1.3.6.1.2.1.1.1.0", "name": "1.3.6.1.2.1.1.5.0", "location": "1.3.6.1.2.1.1.6.0"}
UPTIME, PROCESSES, AGENT_UPTIME = "1.3.6.1.2.1.25.1.1.0", "1.3.6.1.2.1.25.1.6.0", "1.3.6.1.2.1.1.3.0"
PROCESSOR_LOAD = "1.3.6.1.2.1.25.3.3.1.2"
DEVICE_KIND, DEVICE_ABOUT = "1.3.6.1.2.1.25.3.2.1.2", "1.3.6.1.2.1.25.3.2.1.3"
RUN_NAME, RUN_STATUS = "1.3.6.1.2.1.25.4.2.1.2", "1.3.6.1.2.1.25.4.2.1.7"
RUN_STATES = {1: "running", 2: "runnable", 3: "not runnable", 4: "invalid"}
#: Windows' LAN Manager table of services; its index is the name.
SERVICE_NAME, SERVICE_STATE = "1.3.6.1.4.1.77.1.2.3.1.1", "1.3.6.1.4.1.77.1.2.3.1.3"
SERVICE_STATES = {1: "active", 2: "continue pending", 3: "pause pending", 4: "paused"}
#: kB: all, free, buffers, cached, and what new agents work out as available themselves.
UCD_MEMORY = tuple(f"1.3.6.1.4.1.2021.4.{number}.0" for number in (5, 6, 14, 15, 27))
UCD_SWAP = tuple(f"1.3.6.1.4.1.2021.4.{number}.0" for number in (3, 4))
UCD_LOADS = {name: f"1.3.6.1.4.1.2021.10.1.5.{row}" for name, row in (("1", 1), ("5", 2), ("15", 3))}
#: Ticks of 1/100 s since the start: user, nice, system, interrupts (two kinds), steal; idle, wait.
UCD_BUSY = tuple(f"1.3.6.1.4.1.2021.11.{number}.0" for number in (50, 51, 52, 56, 61, 64))
UCD_IDLE = tuple(f"1.3.6.1.4.1.2021.11.{number}.0" for number in (53, 54))
CARD_NAME, CARD_KIND, CARD_SPEED = (f"1.3.6.1.2.1.2.2.1.{column}" for column in (2, 3, 5))
#: Direction -> its counter of 64 bits, and of 32 bits for agents that have no other.
CARD_BYTES = {
    "received": ("1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.2.2.1.10"),
    "sent": ("1.3.6.1.2.1.31.1.1.1.10", "1.3.6.1.2.1.2.2.1.16"),
}
LOOPBACK = 24
KIB = 1024


async def levels(agent: Agent) -> Reading:
    """CPU, load, memory, volumes, and the counters of the network. Raises BackendError."""
    async with session(agent) as asked:
        up = await _up(asked)
        volumes, ram, notes = await snmp_volumes.read(asked)
        figures = [*await _processors(asked), *await _memory(asked, ram), *volumes]
        counters = [*await _cpu(asked), *[counter async for counter in _network(asked)]]
    return Reading(tuple(figures), tuple(counters), up=up, notes=tuple(notes))


async def services(agent: Agent) -> Reading:
    """What runs: Windows' services where it has them, and processes by name. Raises BackendError."""
    async with session(agent) as asked:
        up = await _up(asked)
        names, states = await asked.columns((SERVICE_NAME, SERVICE_STATE))
        processes, status = await asked.columns((RUN_NAME, RUN_STATUS))
    found = [*_states(names, states, SERVICE_STATES, {1}), *_states(processes, status, RUN_STATES, {1, 2})]
    return Reading(services=reading.merged(found), up=up)


async def inventory(agent: Agent) -> Reading:
    """What the server is made of: name, system, processors, disks, cards, memory. Raises BackendError."""
    async with session(agent) as asked:
        up = await _up(asked)
        told = dict(zip(SYSTEM, await asked.get(*SYSTEM.values()), strict=True))
        kinds, abouts = await asked.columns((DEVICE_KIND, DEVICE_ABOUT))
        memory = (await asked.get("1.3.6.1.2.1.25.2.2.0"))[0]
    found = {name: one_line(value) for name, value in told.items() if isinstance(value, bytes)}
    devices = {"processor": b"25.3.1.3", "disk": b"25.3.1.6", "card": b"25.3.1.4"}
    for what, kind in devices.items():
        rows = [row for row, value in kinds.items() if isinstance(value, bytes) and value.endswith(kind)]
        for number, row in enumerate(rows, start=1):
            about = abouts.get(row, b"")
            found[f"{what} {number}"] = one_line(about if isinstance(about, bytes) else str(about))
    if isinstance(memory, int):
        found["memory"] = f"{memory * KIB} bytes"
    return Reading(inventory=found, up=up)


async def _up(asked: Session) -> float:
    """Seconds since the server started; the agent's own uptime where it does not know."""
    system, agent = await asked.get(UPTIME, AGENT_UPTIME)
    ticks = system if isinstance(system, int) else agent
    if not isinstance(ticks, int):
        raise BackendError(
            "missing", f"{asked.agent}: the agent shows nothing of the system; see its access rules"
        )
    return ticks / 100


async def _processors(asked: Session) -> list[Figure]:
    """The mean of all processors over the last minute, in percent; loads where the agent has them."""
    shares = [value for value in (await asked.column(PROCESSOR_LOAD)).values() if isinstance(value, int)]
    figures: list[Figure] = []
    if shares:
        figures.append(("cpu.percent", "", min(100.0, max(0.0, sum(shares) / len(shares)))))
    *loads, processes = await asked.get(*UCD_LOADS.values(), PROCESSES)
    figures += [
        (f"load.{name}", "", value / 100)
        for name, value in zip(UCD_LOADS, loads, strict=True)
        if isinstance(value, int)
    ]
    if isinstance(processes, int):
        figures.append(("processes", "", processes))
    return figures


async def _cpu(asked: Session) -> list[Counter]:
    """Busy and all CPU seconds; agents know them within seconds, the load of processors after a minute."""
    values = [value if isinstance(value, int) else 0 for value in await asked.get(*UCD_BUSY, *UCD_IDLE)]
    busy, total = sum(values[: len(UCD_BUSY)]), sum(values)
    if not total:
        return []
    return [Counter("cpu.busy_seconds", "", busy / 100), Counter("cpu.total_seconds", "", total / 100)]


async def _memory(asked: Session, ram: tuple[float, float] | None) -> list[Figure]:
    """From UCD-SNMP, which knows what caches give back; else the storage table's (total, used)."""
    *values, swap, swap_free = await asked.get(*UCD_MEMORY, *UCD_SWAP)
    total, free, buffers, cached, available = (
        value * KIB if isinstance(value, int) else None for value in values
    )
    figures: list[Figure] = []
    if total and free is not None:
        figures += reading.memory(total, available or free + (buffers or 0) + (cached or 0))
    elif ram is not None:
        figures += reading.memory(ram[0], ram[0] - ram[1])
    if isinstance(swap, int) and isinstance(swap_free, int):
        figures.append(("swap.total_bytes", "", swap * KIB))
        figures.append(("swap.used_bytes", "", (swap - swap_free) * KIB))
    return figures


async def _network(asked: Session) -> AsyncIterator[Counter]:
    names, kinds, speeds = await asked.columns((CARD_NAME, CARD_KIND, CARD_SPEED))
    for direction, (wide, narrow) in CARD_BYTES.items():
        counted, bits = await asked.column(wide), 64
        if not counted:
            counted, bits = await asked.column(narrow), 32
        for row, value in counted.items():
            name = names.get(row, row.encode())
            if kinds.get(row) != LOOPBACK and isinstance(value, int) and isinstance(name, bytes):
                speed = speeds.get(row)
                # 32 bits run out within minutes: only the speed of the card tells how often they did.
                fastest = speed / 8 if bits == 32 and isinstance(speed, int) and speed > 0 else None
                yield Counter(f"network.{direction}_bytes", one_line(name), value, bits, fastest)


def _states(
    names: dict[str, Value], states: dict[str, Value], words: dict[int, str], running: set[int]
) -> Iterator[ServiceState]:
    for row, name in names.items():
        state = states.get(row)
        if isinstance(name, bytes) and isinstance(state, int):
            yield ServiceState(one_line(name), state in running, words.get(state, str(state)))
