"""The domain controller that an object describes, and trying it: sign in, and read what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backends.directory.read import get
from backends.directory.root import read_root
from backends.directory.server import Server
from backends.directory.session import Session
from backends.error import BackendError

Lines = list[tuple[bool, str]]
PORT = 636
#: Seconds that somebody waits for an answer.
TIMEOUT = 10.0


def server_of(
    found: Mapping[str, Any],
    secret: Callable[[str], str],
    *,
    connect_timeout: float = 5.0,
    read_timeout: float = 60.0,
) -> Server:
    """The server of a directory object, with its password. Raises what `secret` raises."""
    password = secret(found["password"]) if found["password"] else ""
    return Server(
        found["host"],
        found["username"],
        password,
        found["port"] or PORT,
        found["ca_file"],
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )


def try_out(found: Mapping[str, Any], secret: Callable[[str], str], timeout: float = TIMEOUT) -> Lines:
    """What worked and what did not, a line each. Raises what `secret` raises."""
    server = server_of(found, secret, connect_timeout=timeout / 2, read_timeout=timeout)
    lines: Lines = []
    try:
        with Session(server) as session:
            lines.append((True, f"{server} lets {server.user} in"))
            root = read_root(session)
            lines.append((True, f"it is {root.host}, a domain controller of {root.domain}"))
            if found["base"]:
                lines.append((True, f"it has {get(session, found['base']).dn}"))
    except BackendError as error:
        lines.append((False, str(error)))
    return lines
