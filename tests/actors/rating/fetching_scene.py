"""A data source on a real server, and runs of Files Downloader."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actors import Outcome
from actors.rating.files_downloader import files_downloader
from actors.service import call
from actors.testing import FakeContext, testing_context
from store import database
from tests.actors.dns.scene import add
from tests.support.real_sftp import RealSftp
from tests.support.real_vsftpd import PASSWORD, USER, RealVsftpd

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def fingerprint(public_key: str) -> str:
    """As `ssh-keygen -l` says it."""
    digest = hashlib.sha256(base64.b64decode(public_key.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


@dataclass
class Far:
    """A folder on a server, as we see it on the disk, and what a data source says of it."""

    folder: Path
    values: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, content: bytes = b"abc\n", age: float = 7 * 86_400) -> Path:
        """A file that was written so many seconds before `NOW`."""
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o666)
        at = NOW.timestamp() - age
        os.utime(path, (at, at))
        return path


def by_ssh(server: RealSftp, folder: Path, protocol: str, port: int | None = None) -> Far:
    """Over SFTP or SCP."""
    values = {
        "protocol": protocol,
        "host": "127.0.0.1",
        "port": port or server.port,
        "username": server.user,
        "private_key": "env:KEY",
        "host_key": fingerprint(server.host_key),
        "folder": str(folder),
    }
    return Far(folder, values, {"env:KEY": server.key})


def by_ftp(server: RealVsftpd, folder: Path, protocol: str) -> Far:
    """Over FTP, or with TLS."""
    values = {
        "protocol": protocol,
        "host": "localhost",
        "port": server.port,
        "username": USER,
        "password": "env:PASSWORD",
        "ca_file": server.ca_file,
        "folder": f"/{folder.name}",
    }
    return Far(folder, values, {"env:PASSWORD": PASSWORD})


@dataclass
class Near:
    """Our side: what is here lies in `folder`."""

    data: Path
    now: datetime = NOW

    @property
    def folder(self) -> Path:
        return self.data / "calls/switch"

    def source(self, far: Far, **values: Any) -> int:
        return add("data_source", **{"name": "switch", **far.values, **values})

    def run(self, far: Far, **more: Any) -> tuple[Outcome, FakeContext]:
        """One run of the service; what its step says."""
        log = self.data / "log"
        context = testing_context(files_downloader, now=self.now, log_folder=log, secrets=far.secrets, **more)
        call(files_downloader, context, None)
        outcome = context.ports.ended_steps[-1].outcome
        assert outcome is not None
        return outcome, context

    def later(self, seconds: float = 300) -> None:
        self.now += timedelta(seconds=seconds)

    def files(self) -> dict[str, bytes]:
        """What is here, whole."""
        if not self.folder.exists():
            return {}
        paths = self.folder.iterdir()
        return {path.name: path.read_bytes() for path in paths if not path.name.startswith(".")}


def rows() -> dict[str, dict[str, Any]]:
    """What is known of files there, by name."""
    found = database.read().dicts("SELECT * FROM remote_file ORDER BY id")
    return {row["name"]: row for row in found}
