"""Reading a server the way its object says: SNMP, an exporter, or the kernel of this very machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from domain.monitoring.figures import BUSY, CPU, Counters, between

if TYPE_CHECKING:
    from backends.probe.reading import Reading
    from backends.probe.snmp_agent import Agent

Server = Mapping[str, Any]
#: Follows a reference to a secret, such as ``vault:NAME``.
Secret = Callable[[str], str]
#: Parts of a reading; only SNMP asks for each by itself.
LEVELS, SERVICES, INVENTORY = "levels", "services", "inventory"
#: Where there is no earlier reading to compare counters with, another comes so many s later; net-snmp
#: counts its CPU every 5 s only.
AGAIN = (1.0, 5.5)
SNMP_PORT, EXPORTER_PORT = 161, 9100
#: Seconds for one answer of an agent, which is asked twice.
SNMP_TIMEOUT = 3.0


async def reading(
    server: Server,
    secret: Secret,
    now: float,
    *,
    earlier: Counters | None = None,
    parts: tuple[str, ...] = (LEVELS,),
    counted: bool = True,
) -> tuple[Reading, Counters]:
    """What it says at `now` (epoch s), with the figures that follow from `earlier` counters; its counters.

    With `counted` but no `earlier` reading it is read again after moments, until its counters have
    moved. Raises BackendError, and what `secret` raises.
    """
    told = await _read(server, secret, now, parts)
    first = counters = _counters(told, now)
    more = between(earlier, counters, told.figures)
    began = asyncio.get_running_loop().time()
    for pause in AGAIN if counted and earlier is None and first.values else ():
        await asyncio.sleep(pause)
        told = await _read(server, secret, now, parts)
        counters = _counters(told, now + asyncio.get_running_loop().time() - began)
        more = between(first, counters, told.figures)
        if BUSY not in counters.values or CPU in {
            (metric, about) for metric, about, _ in (*told.figures, *more)
        }:
            break
    return replace(told, figures=(*told.figures, *more)), counters


async def _read(server: Server, secret: Secret, now: float, parts: tuple[str, ...]) -> Reading:
    from backends.error import BackendError
    from backends.probe import exporter, own_machine

    way = server["read_by"]
    if way == "local":
        return own_machine.read(now)
    if way == "prometheus":
        token = server["token"]
        headers = {"authorization": f"Bearer {secret(token)}"} if token else None
        return await exporter.read(exporter_url(server), now=now, headers=headers)
    if way in ("snmp_v2c", "snmp_v3"):
        return await _by_snmp(agent(server, secret), parts)
    raise BackendError(
        "invalid", f"{server['name']}: nothing reads this server; say how in its field read by"
    )


async def _by_snmp(asked: Agent, parts: tuple[str, ...]) -> Reading:
    from backends.probe import snmp_host
    from backends.probe.reading import Reading

    told = Reading()
    for part in parts:
        each = await getattr(snmp_host, part)(asked)
        told = Reading(
            (*told.figures, *each.figures),
            (*told.counters, *each.counters),
            (*told.services, *each.services),
            {**told.inventory, **each.inventory},
            each.up,
            (*told.notes, *each.notes),
        )
    return told


def agent(server: Server, secret: Secret) -> Agent:
    """The SNMP agent of a server. Raises what `secret` raises."""
    from backends.probe.snmp_agent import Agent

    port = server["port"] or SNMP_PORT
    if server["read_by"] == "snmp_v2c":
        return Agent(server["address"], port, secret(server["community"]), read_timeout=SNMP_TIMEOUT)
    way, cipher = server["auth_protocol"], server["privacy_protocol"]
    words = [secret(server[name]) if server[name] else "" for name in ("auth_password", "privacy_password")]
    return Agent(
        server["address"],
        port,
        user=server["username"],
        auth="none" if way == "none" else way.upper(),
        auth_word=words[0],
        # Who has no word for it is read without encryption.
        privacy="none" if cipher == "none" or not words[1] else cipher.upper(),
        privacy_word=words[1],
        read_timeout=SNMP_TIMEOUT,
    )


def exporter_url(server: Server) -> str:
    """Where the Prometheus text of a server is."""
    host = f"[{server['address']}]" if ":" in server["address"] else server["address"]
    return (
        f"{'https' if server['tls'] else 'http'}://{host}:{server['port'] or EXPORTER_PORT}{server['path']}"
    )


def _counters(told: Reading, at: float) -> Counters:
    values = {(each.metric, each.object): (each.value, each.bits) for each in told.counters}
    fastest = {(each.metric, each.object): each.fastest for each in told.counters if each.fastest}
    return Counters(at, told.up, values, fastest)
