"""The adapter for a protocol by its name."""

from __future__ import annotations

from backends.files.ftp import Ftp
from backends.files.remote import Remote, Server
from backends.files.scp import Scp
from backends.files.sftp import Sftp

PORTS = {"sftp": 22, "scp": 22, "ftp": 21, "ftps": 21}


def remote(protocol: str, server: Server) -> Remote:
    """Not yet connected: that is done by ``with``. Raises KeyError for a protocol that there is not."""
    if protocol in ("ftp", "ftps"):
        return Ftp(server, tls=protocol == "ftps")
    if protocol == "scp":
        return Scp(server)
    if protocol == "sftp":
        return Sftp(server)
    raise KeyError(protocol)
