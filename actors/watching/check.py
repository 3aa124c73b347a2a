"""From a check to the probe that makes it: what is asked, where, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from actors.watching import server as servers
from actors.watching.server import LEVELS, SERVICES, Secret, Server
from domain.monitoring.figures import Counters

if TYPE_CHECKING:
    from backends.probe.finding import Finding
    from backends.probe.reading import Reading

Check = Mapping[str, Any]
Probe = Callable[[], Awaitable["Finding"]]

#: What a server is asked for, for a check of its own figures: (metric, unit).
FIGURES = {
    "cpu": ("cpu.percent", "%"),
    "memory": ("memory.used_percent", "%"),
    "disk": ("disk.used_percent", "%"),
}
#: The part of a reading by the kind of check.
PARTS = {**dict.fromkeys((*FIGURES, "network"), LEVELS), "service": SERVICES}
PORTS = {"tls": 443, "ftp": 21, "dns": 53, "smtp": 25, "pop3": 110, "imap": 143}
SECURE_PORTS = {"smtp": 465, "pop3": 995, "imap": 993}


#: Beyond a check's own time (s), so that what it waits for can say itself why it did not come.
LEEWAY = 1.5
#: The same where a server is read, which at the first time is done more than once.
READ = sum(servers.AGAIN) + 5.0


class Readings:
    """One reading of each server for all checks of a round that want it; made by who asks first.

    `parts`: server id -> what to read. The counters of those that were read are in `counters`.
    """

    def __init__(
        self, secret: Secret, now: float, parts: Mapping[int, set[str]], earlier: Mapping[int, Counters]
    ) -> None:
        self._secret, self._now, self._parts, self._earlier = secret, now, parts, earlier
        self._asked: dict[int, asyncio.Task[Reading]] = {}
        self.counters: dict[int, Counters] = {}

    async def of(self, server: Server) -> Reading:
        """Raises BackendError."""
        key = server["id"]
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._read(server))
        # One check whose time is over must not take the reading from the others.
        return await asyncio.shield(self._asked[key])

    async def _read(self, server: Server) -> Reading:
        key = server["id"]
        parts = tuple(sorted(self._parts[key]))
        told, self.counters[key] = await servers.reading(
            server, self._secret, self._now, earlier=self._earlier.get(key), parts=parts
        )
        return told


def probe(check: Check, server: Server, secret: Secret, readings: Readings, now: float) -> Probe:
    """What looks once, as `backends.probe.sweep` wants it; its errors are BackendError."""

    from backends.error import BackendError

    async def look() -> Finding:
        kind = check["kind"]
        try:
            # The parts of a look have the same time each: a server that drips would take it many times.
            async with asyncio.timeout(check["timeout"] + (READ if kind in PARTS else LEEWAY)):
                if kind in PARTS:
                    return _judged(check, await readings.of(server))
                return await _ASK[kind](check, server, secret, now)
        except TimeoutError:
            raise BackendError("unreachable", f"no whole answer within {check['timeout']:g} s") from None

    return look


def _judged(check: Check, told: Reading) -> Finding:
    from backends.probe import judge

    kind = check["kind"]
    if kind == "service":
        return judge.service(told, check["target"])
    if kind == "network":
        flow = check["settings"].get("flow", "received")
        return judge.figure(told, f"network.{flow}_bytes_per_second", check["target"], "B/s")
    metric, unit = FIGURES[kind]
    return judge.figure(told, metric, check["target"] if kind == "disk" else "", unit)


def host(check: Check, server: Server) -> str:
    """Where to connect: the check's own host, else the server's. Raises BackendError."""
    from backends.error import BackendError

    own = check["target"] if check["kind"] != "dns" else ""
    found = own or server["address"] or ("127.0.0.1" if server["read_by"] == "local" else "")
    if not found:
        raise BackendError("invalid", f"server {server['name']} has no address, and the check no target")
    return str(found)


def url(check: Check, server: Server) -> str:
    """The page to ask for: an address, or a path on the server. Raises BackendError."""
    target = str(check["target"])
    if target.lower().startswith(("http://", "https://")):
        return target
    name = host({**check, "target": ""}, server)
    name = f"[{name}]" if ":" in name else name
    port = check["port"]
    scheme = "https" if port in (443, 8443) else "http"
    return f"{scheme}://{name}{f':{port}' if port else ''}/{target.lstrip('/')}"


async def _tcp(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import tcp

    return await tcp.ask(
        host(check, server), check["port"], greeting=check["settings"].get("greeting", ""), **_times(check)
    )


async def _tls(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import tls

    where, port = host(check, server), check["port"] or PORTS["tls"]
    return await tls.ask(
        where, port, now=now, connect_timeout=check["timeout"], **_own(check, "server_name", "ca_file")
    )


async def _http(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import http

    own = _own(check, "wanted", "unwanted", "redirects", "ca_file")
    statuses = tuple(check["settings"].get("statuses", ()))
    time = check["timeout"]
    return await http.ask(url(check, server), statuses=statuses, connect_timeout=time, total=time, **own)


async def _iis_site(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import iis

    time = check["timeout"]
    return await iis.site(url(check, server), connect_timeout=time, total=time, **_own(check, "ca_file"))


async def _iis_pool(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.error import BackendError
    from backends.probe import iis

    if server["read_by"] != "prometheus":
        raise BackendError(
            "invalid", f"{server['name']}: pools are read from the Windows exporter: read by prometheus"
        )
    time = check["timeout"]
    return await iis.pool(servers.exporter_url(server), check["target"], connect_timeout=time, total=time)


async def _ftp(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import ftp

    own = {**_own(check, "user", "tls", "plain_password", "ca_file"), **_password(check, secret)}
    return await ftp.ask(host(check, server), check["port"] or PORTS["ftp"], **own, **_times(check))


async def _dns(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import dns_answer

    settings = check["settings"]
    return await dns_answer.ask(
        host(check, server),
        check["target"] or server["name"],
        settings.get("type", "A"),
        port=check["port"] or PORTS["dns"],
        wanted=tuple(settings.get("wanted", ())),
        recursion=settings.get("recursion", True),
        read_timeout=check["timeout"],
    )


async def _mail(check: Check, server: Server, secret: Secret, now: float) -> Finding:
    from backends.probe import imap, pop3, smtp_server

    kind = check["kind"]
    ask = {"smtp": smtp_server.ask, "pop3": pop3.ask, "imap": imap.ask}[kind]
    usual = SECURE_PORTS if check["settings"].get("security") == "tls" else PORTS
    own = {**_own(check, "security", "user", "ca_file"), **_password(check, secret)}
    return await ask(host(check, server), check["port"] or usual[kind], **own, **_times(check))


_ASK: dict[str, Callable[[Check, Server, Secret, float], Awaitable[Finding]]] = {
    **{"tcp": _tcp, "tls": _tls, "http": _http, "iis_site": _iis_site, "iis_pool": _iis_pool},
    **{"ftp": _ftp, "dns": _dns, "smtp": _mail, "pop3": _mail, "imap": _mail},
}


def _own(check: Check, *names: str) -> dict[str, Any]:
    return {name: check["settings"][name] for name in names if name in check["settings"]}


def _password(check: Check, secret: Secret) -> dict[str, Any]:
    reference = check["settings"].get("password")
    return {"password": secret(reference)} if reference else {}


def _times(check: Check) -> dict[str, Any]:
    return {"connect_timeout": check["timeout"], "read_timeout": check["timeout"]}
