"""SNMP v2c and v3 (RFC 3416, RFC 3414): reads single values and tables of an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from backends.error import BackendError, network_words, one_line
from backends.probe.snmp_agent import Agent, credentials, shared_engines

#: How often a question is asked again: UDP loses datagrams.
RETRIES = 1
#: Rows asked for at once, and rows of a table at most.
ROWS = 25
LONGEST_TABLE = 20_000

#: A number, or the octets of a string.
Value = int | bytes


class Session:
    """Questions to one agent; every method raises BackendError."""

    def __init__(self, agent: Agent, parts: tuple[Any, ...]) -> None:
        self.agent = agent
        self._parts = parts

    async def get(self, *oids: str) -> list[Value | None]:
        """The values of `oids` in their order; None for what the agent does not have."""
        from pysnmp.hlapi.v3arch.asyncio import ObjectIdentity, ObjectType, get_cmd

        asked = [ObjectType(ObjectIdentity(oid)) for oid in oids]
        try:
            wrong, status, _, found = await get_cmd(*self._parts, *asked, lookupMib=False)
        except Exception as error:
            raise self._told(error) from None
        self._check(wrong, status)
        return [_value(value) for _, value in found]

    async def column(self, oid: str) -> dict[str, Value]:
        """A column of a table: index (``3``, ``1.2``) -> value; empty if the agent does not have it."""
        from pysnmp.hlapi.v3arch.asyncio import ObjectIdentity, ObjectType, bulk_cmd

        rows: dict[str, Value] = {}
        at, prefix = oid, f"{oid}."
        while len(rows) < LONGEST_TABLE:
            start = ObjectType(ObjectIdentity(at))
            try:
                wrong, status, _, found = await bulk_cmd(*self._parts, 0, ROWS, start, lookupMib=False)
            except Exception as error:
                raise self._told(error) from None
            self._check(wrong, status)
            for name, answer in found:
                came, value = str(name), _value(answer)
                # An agent that does not go forward would be asked for ever.
                if not came.startswith(prefix) or value is None or came[len(prefix) :] in rows:
                    return rows
                rows[came[len(prefix) :]] = value
                at = came
            if not found:
                return rows
        raise BackendError("invalid", f"{self.agent}: a table has more than {LONGEST_TABLE} rows")

    async def columns(self, oids: Sequence[str]) -> list[dict[str, Value]]:
        """Several columns, one after the other: an agent answers one question at a time."""
        return [await self.column(oid) for oid in oids]

    def _check(self, wrong: object, status: Any) -> None:
        if wrong:
            raise self._refused(str(wrong))
        if status:
            words = one_line(status.prettyPrint())
            raise BackendError("denied", f"{self.agent}: the agent says {words}")

    def _refused(self, said: str) -> BackendError:
        words = said.lower()
        if "no snmp response" in words or "timeout" in words:
            text = f"{self.agent}: no answer in time"
            if self.agent.user:
                return BackendError(
                    "unreachable", f"{text}: it is off, or the privacy word is wrong (it never says)"
                )
            # RFC 3584: a message of an unknown community is dropped without a word.
            return BackendError(
                "unreachable", f"{text}: it is off, or does not know this community (it never says)"
            )
        if any(
            word in words
            for word in ("digest", "usm user", "username", "decrypt", "security level", "authorization")
        ):
            return BackendError(
                "auth", f"{self.agent}: it does not let user {self.agent.user} in: {one_line(said)}"
            )
        return BackendError("invalid", f"{self.agent}: {one_line(said)}")

    def _told(self, error: Exception) -> BackendError:
        if isinstance(error, OSError):
            return BackendError("unreachable", f"{self.agent}: {network_words(error)}")
        return BackendError("invalid", f"{self.agent}: what it says is not SNMP ({type(error).__name__})")


@asynccontextmanager
async def session(agent: Agent) -> AsyncIterator[Session]:
    """Questions to `agent`; nothing is sent yet. Raises BackendError for a name without an address."""
    from pysnmp.error import PySnmpError
    from pysnmp.hlapi.v3arch.asyncio import ContextData, Udp6TransportTarget, UdpTransportTarget

    kind = Udp6TransportTarget if ":" in agent.host else UdpTransportTarget
    words = credentials(agent)
    address = (agent.host, agent.port)
    try:
        target = await kind.create(address, timeout=agent.read_timeout, retries=RETRIES)
    except (PySnmpError, OSError, ValueError, OverflowError) as error:
        reason = network_words(error) if isinstance(error, OSError) else "its name has no address"
        raise BackendError("unreachable", f"{agent}: {reason}") from None
    async with shared_engines() as engines:
        yield Session(agent, (engines.of(agent), words, target, ContextData()))


def _value(answer: Any) -> Value | None:
    from pyasn1.type import univ
    from pysnmp.proto import rfc1905

    if isinstance(answer, rfc1905.NoSuchObject | rfc1905.NoSuchInstance | rfc1905.EndOfMibView):
        return None
    if isinstance(answer, univ.Integer):
        return int(answer)
    if isinstance(answer, univ.OctetString):
        return bytes(answer)
    return str(answer).encode()
