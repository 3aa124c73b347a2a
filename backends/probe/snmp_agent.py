"""SNMP agents: where they are, how they let us in, and the engines that ask them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from backends.error import BackendError
from backends.probe.conversation import where

if TYPE_CHECKING:
    from pysnmp.hlapi.v3arch.asyncio import SnmpEngine

#: Seconds for one answer.
READ_TIMEOUT = 3.0

Auth = Literal["none", "MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"]
Privacy = Literal["none", "DES", "AES128", "AES192", "AES256"]


@dataclass(frozen=True)
class Agent:
    """Where an agent listens and how it lets us in: a `community` (v2c), or a `user` (v3).

    Of v3 the words are at least 8 characters long (RFC 3414 §11.2).
    """

    host: str
    port: int = 161
    community: str = field(default="", repr=False)
    user: str = ""
    auth: Auth = "SHA"
    auth_word: str = field(default="", repr=False)
    privacy: Privacy = "AES128"
    privacy_word: str = field(default="", repr=False)
    read_timeout: float = READ_TIMEOUT

    def __str__(self) -> str:
        return where(self.host, self.port)


def credentials(agent: Agent) -> Any:
    """What pysnmp wants to know of it. Raises BackendError (invalid)."""
    from pysnmp.hlapi.v3arch import asyncio as snmp

    if not agent.user:
        if not agent.community:
            raise BackendError("invalid", f"{agent}: SNMP needs a community or a user")
        return snmp.CommunityData(agent.community, mpModel=1)
    ways = {
        "none": snmp.USM_AUTH_NONE,
        "MD5": snmp.USM_AUTH_HMAC96_MD5,
        "SHA": snmp.USM_AUTH_HMAC96_SHA,
        "SHA224": snmp.USM_AUTH_HMAC128_SHA224,
        "SHA256": snmp.USM_AUTH_HMAC192_SHA256,
        "SHA384": snmp.USM_AUTH_HMAC256_SHA384,
        "SHA512": snmp.USM_AUTH_HMAC384_SHA512,
    }
    ciphers = {
        "none": snmp.USM_PRIV_NONE,
        "DES": snmp.USM_PRIV_CBC56_DES,
        "AES128": snmp.USM_PRIV_CFB128_AES,
        "AES192": snmp.USM_PRIV_CFB192_AES,
        "AES256": snmp.USM_PRIV_CFB256_AES,
    }
    words: dict[str, str] = {}
    if agent.auth != "none":
        words["authKey"] = agent.auth_word
        if agent.privacy != "none":
            words["privKey"] = agent.privacy_word
    if any(len(word) < 8 for word in words.values()):
        raise BackendError("invalid", f"{agent}: the words of SNMPv3 have at least 8 characters")
    privacy = ciphers[agent.privacy if "privKey" in words else "none"]
    return snmp.UsmUserData(agent.user, **words, authProtocol=ways[agent.auth], privProtocol=privacy)


class Engines:
    """pysnmp's engines: making one takes 0.2 s. An engine knows one word for each user's name."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, ...], SnmpEngine] = {}

    def of(self, agent: Agent) -> SnmpEngine:
        """The engine for all agents that let us in by the same words."""
        from pysnmp.hlapi.v3arch.asyncio import SnmpEngine

        v3 = (agent.user, agent.auth, agent.auth_word, agent.privacy, agent.privacy_word)
        key = v3 if agent.user else ()
        if key not in self._made:
            self._made[key] = SnmpEngine()
        return self._made[key]

    async def close(self) -> None:
        """End them all."""
        for engine in self._made.values():
            engine.close_dispatcher()
        await asyncio.sleep(0)


_engines: ContextVar[Engines | None] = ContextVar("engines", default=None)


@asynccontextmanager
async def shared_engines() -> AsyncIterator[Engines]:
    """All sessions inside, those of tasks made there too, use the same engines, until the outermost ends."""
    if (outer := _engines.get()) is not None:
        yield outer
        return
    engines = Engines()
    token = _engines.set(engines)
    try:
        yield engines
    finally:
        _engines.reset(token)
        await engines.close()
