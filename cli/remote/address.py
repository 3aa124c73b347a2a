"""Which server a command asks, and the token that it shows there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import typer

from config.environment import SERVER_VARIABLE, TOKEN_VARIABLE
from config.known_secrets import learn
from config.secrets import SecretError, is_reference, resolve
from web.access.loopback import loopback

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Where a system is asked: ``https://host:port/prefix``."""

    scheme: str
    host: str
    port: int
    prefix: str = ""
    token: str | None = field(default=None, repr=False)
    said_by: str = "--server"

    @property
    def clear(self) -> bool:
        """Whether a token goes over a network where others can read it."""
        return self.token is not None and self.scheme == "http" and not loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"


def address_of(server: str | None, token: str | None, environ: Mapping[str, str]) -> Address | None:
    """The address that the options or else the environment name; None if they name none.

    A token may be a reference (``env:NAME``, ``file:PATH``). Raises BadParameter; it repeats no token.
    """
    said_by = "--server" if server is not None else SERVER_VARIABLE
    url = server if server is not None else environ.get(SERVER_VARIABLE)
    if not url:
        if server is not None or token is not None:
            raise typer.BadParameter("--token: it goes with --server URL" if server is None else _wrong())
        return None
    held = token if token is not None else environ.get(TOKEN_VARIABLE)
    by = "--token" if token is not None else TOKEN_VARIABLE
    return _address(url.strip(), _token(held, by, environ) if held else None, said_by)


def _address(url: str, token: str | None, said_by: str) -> Address:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise typer.BadParameter(_wrong(said_by)) from None
    if parts.scheme not in PORTS or not host or not _is_plain(url):
        raise typer.BadParameter(_wrong(said_by))
    if parts.username is not None or parts.query or parts.fragment:
        raise typer.BadParameter(f"{said_by}: only an address, with no user, ? or #; a token goes to --token")
    return Address(parts.scheme, host, port or PORTS[parts.scheme], parts.path.rstrip("/"), token, said_by)


def _token(held: str, by: str, environ: Mapping[str, str]) -> str:
    if is_reference(held):
        try:
            held = resolve(held, environ, Path())
        except SecretError as error:
            raise typer.BadParameter(f"{by}: {error}") from None
    held = held.strip()
    learn(held)
    if not held or not _is_plain(held):
        raise typer.BadParameter(
            f"{by}: that is no access token; `tickworks token add` on the server makes one"
        )
    return held


def _is_plain(text: str) -> bool:
    return all("!" <= letter <= "~" for letter in text)


def _wrong(said_by: str = "--server") -> str:
    return f"{said_by}: expected an address such as https://tickworks.example.org"
