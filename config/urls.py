"""Addresses of the database and of the broker. No message repeats more of one than its scheme."""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.kinds import Kind
from config.problems import Refused

SQLITE = "sqlite:///"
EMBEDDED_BROKER = "database"
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]\s]*)(:[0-9]{1,5})?")


@dataclass(frozen=True)
class DatabaseUrl(Kind):
    """``sqlite:///relative``, ``sqlite:////absolute``, ``postgresql://…`` (``postgres://`` is the same)."""

    expected = "sqlite:///FILE or postgresql://USER@HOST/NAME"
    secret = True

    def check(self, value: object) -> str:
        scheme, authority, rest = _split(value, self.expected)
        if scheme == "sqlite":
            return _checked_sqlite(authority, rest)
        if scheme not in ("postgresql", "postgres"):
            raise Refused(f"expected {self.expected}, got a URL that starts with {scheme}://")
        _check_authority(authority, rest)
        return f"postgresql://{authority}{rest}"


@dataclass(frozen=True)
class BrokerUrl(Kind):
    """``database`` (the embedded broker), ``amqp://…`` or ``amqps://…`` (RabbitMQ)."""

    expected = '"database" or amqp://USER:PASSWORD@HOST:5672/VHOST (amqps:// with TLS)'
    secret = True

    def check(self, value: object) -> str:
        if value == EMBEDDED_BROKER:
            return EMBEDDED_BROKER
        scheme, authority, rest = _split(value, self.expected)
        if scheme not in ("amqp", "amqps"):
            raise Refused(f"expected {self.expected}, got a URL that starts with {scheme}://")
        _check_authority(authority, rest)
        host = authority.rpartition("@")[2]
        if not host or host.startswith(":") or "," in host:
            raise Refused(f"expected one host; expected {self.expected}")
        return f"{scheme}://{authority}{rest}"


def _split(value: object, expected: str) -> tuple[str, str, str]:
    # urllib.parse is not used: its own errors repeat parts of the URL, and so of a password.
    match = _URL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Refused(f"expected {expected}, got a value that is not a URL")
    return match[1].lower(), match[2], match[3]


def _checked_sqlite(authority: str, rest: str) -> str:
    if authority:
        raise Refused("a SQLite URL has three slashes before a relative path and four before an absolute one")
    path = rest[1:]
    if not path.strip("/") or path.endswith("/") or "\0" in path:
        raise Refused("expected the path of a file after sqlite:///, for instance sqlite:///var/tickworks.db")
    if path.startswith((":memory:", "~")):
        raise Refused("expected the path of a file that all processes can open (no :memory:, no ~)")
    if "?" in path:
        raise Refused("a SQLite URL takes no options after '?'")
    return SQLITE + path


def _check_authority(authority: str, rest: str) -> None:
    hosts = authority.rpartition("@")[2].split(",")
    if not all(_HOST.fullmatch(host) for host in hosts) or "@" in rest.partition("?")[0]:
        raise Refused(
            "the host or port cannot be read; write special characters of the user name and password "
            "as %XX (/ is %2F, @ is %40, : is %3A)"
        )
