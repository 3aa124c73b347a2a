"""A real name server of the tests' own: Knot DNS, on a free loopback port in a temporary folder.

It is authoritative for the zones it is given, answers on several loopback addresses with one port (UDP
and TCP), gives zones out (AXFR, IXFR) and takes updates (RFC 2136) to whoever signs with a key of its own.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.process import ServerFailed, end, free_port, require, start, wait_until
from tests.support.until import until

#: TSIG keys (hmac-sha256): `transfer` may read whole zones, `update` may also change them.
TRANSFER = ("transfer.tests.", "dGhlIHRyYW5zZmVyIGtleSBvZiB0aGUgdGVzdHMgISE=")
UPDATE = ("update.tests.", "dGhlIHVwZGF0ZSBrZXkgb2YgdGhlIHRlc3RzICEhISE=")
_STARTS = 3


@contextmanager
def real_knot(
    zones: Mapping[str, Iterable[str]], addresses: tuple[str, ...] = ("127.0.0.1",)
) -> Iterator[RealKnot]:
    """The server with these zones until the block ends; the test is skipped by name where it cannot be.

    `zones`: name without the last dot -> lines of a zone file; `addresses`: where it listens.
    """
    require_real_knot()
    server = RealKnot(addresses)
    try:
        for name, lines in zones.items():
            server.write(name, lines)
        server.start()
        yield server
    finally:
        server.remove()


def require_real_knot() -> None:
    """Skip the test by name where the server cannot be; in CI fail instead."""
    require(shutil.which("knotd") is not None, "Knot DNS", "knot")


def many(count: int, name: str = "large.example") -> Iterator[str]:
    """The lines of a zone of `count` records (and its SOA) in a usual mix of types."""
    yield from (f"$ORIGIN {name}.", "$TTL 3600")
    yield "@ SOA ns1 hostmaster 1 3600 600 86400 300"
    yield from ("@ NS ns1", "ns1 A 127.0.0.1")
    kinds = (
        "www{n} A 10.{a}.{b}.{c}",
        "www{n} AAAA 2001:db8::{n:x}",
        "mail{n} MX 10 mx.example.net.",
        'text{n} TXT "v=spf1 ip4:10.{a}.{b}.{c} -all"',
        "alias{n} CNAME www{n}",
    )
    for number in range(count - 2):
        n = number // len(kinds)
        a, b, c = n >> 16 & 255, n >> 8 & 255, n & 255
        yield kinds[number % len(kinds)].format(n=n, a=a, b=b, c=c)


class RealKnot:
    """`port` is that of all its `addresses`. Zones are written before the start, or read anew by `reload`."""

    def __init__(self, addresses: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.addresses = addresses
        self.folder = Path(tempfile.mkdtemp(prefix="tickworks-knot-"))
        self.log = self.folder / "output.log"
        self.port = 0
        self._zones: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, zone: str, lines: Iterable[str]) -> None:
        """The zone's content: lines of a zone file, for the next start or `reload`."""
        if zone not in self._zones:
            self._zones.append(zone)
        self._file(zone).write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Start it, on a new port the first time, and wait until it serves. Raises ServerFailed."""
        for attempt in range(1, _STARTS + 1):
            if not self.port or attempt > 1:
                self.port = free_port()
            try:
                self._start()
                return
            except ServerFailed:
                self.stop()
                if attempt == _STARTS:
                    raise

    def stop(self) -> None:
        """Nobody answers any more; zones and port stay for another start."""
        if self._process is not None:
            end(self._process)

    def reload(self, zone: str) -> None:
        """Read a zone's file anew; what changed is given out by IXFR. The file must have a new serial."""
        before = self.control("zone-status", zone, "+serial")
        self.control("-f", "zone-reload", zone)
        until(lambda: self.control("zone-status", zone, "+serial") != before, f"{zone} is read anew")

    def control(self, *words: str) -> str:
        """What ``knotc`` says to these words. It waits until they are done."""
        command = ["knotc", "-b", "-s", str(self.folder / "knot.sock"), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def remove(self) -> None:
        """Stop it for good and delete all it has."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        configuration = self.folder / "knot.conf"
        configuration.write_text(self._configuration())
        command = [shutil.which("knotd") or "knotd", "-c", str(configuration)]
        self._process = start(command, log=self.log)
        wait_until(lambda: self._serves(), self._process, self.log)

    def _serves(self) -> bool:
        """Whether it listens and has read every zone: a large one takes a while."""
        with suppress(OSError, subprocess.SubprocessError), socket.socket() as probe:
            probe.settimeout(2)
            probe.connect((self.addresses[0], self.port))
            said = self.control("zone-status", "+serial")
            return all(f"[{zone}.]" in said for zone in self._zones) and "serial: none" not in said
        return False

    def _file(self, zone: str) -> Path:
        return self.folder / f"{zone}.zone"

    def _configuration(self) -> str:
        listen = ", ".join(f"{address}@{self.port}" for address in self.addresses)
        zones = "".join(
            f"  - domain: {zone}\n    file: {self._file(zone)}\n    acl: [read, change]\n"
            for zone in self._zones
        )
        user = "root:root\n    " if os.geteuid() == 0 else ""
        user = f"    user: {user}" if user else "    "
        return f"""
server:
{user}rundir: {self.folder}
    listen: [{listen}]
    udp-workers: 1
    tcp-workers: 2
    background-workers: 1
    identity: "knot of the tests"
control:
    listen: {self.folder / "knot.sock"}
log:
  - target: stderr
    any: info
database:
    storage: {self.folder}
    journal-db-max-size: 64M
key:
  - id: {TRANSFER[0]}
    algorithm: hmac-sha256
    secret: {TRANSFER[1]}
  - id: {UPDATE[0]}
    algorithm: hmac-sha256
    secret: {UPDATE[1]}
acl:
  - id: read
    key: [{TRANSFER[0]}, {UPDATE[0]}]
    action: transfer
  - id: change
    key: {UPDATE[0]}
    action: update
template:
  - id: default
    storage: {self.folder}
    semantic-checks: off
    journal-content: changes
    zonefile-load: difference
    zonefile-sync: -1
zone:
{zones}"""
