"""A real OpenSSH server with SFTP: one user (whoever runs the tests), one key, a folder of its own."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.process import end, free_port, require, start, wait_until

_PROGRAM = Path("/usr/sbin/sshd")
_SETTINGS = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
UseDNS no
MaxStartups 100
Subsystem sftp internal-sftp {denied}
"""


@dataclass
class RealSftp:
    """Where it listens and how to get in; `folder` is for the files that tests move."""

    port: int
    user: str
    key: str
    host_key: str
    folder: Path

    def url(self, folder: Path | None = None, port: int | None = None) -> str:
        """The address of a folder there."""
        return f"sftp://{self.user}@127.0.0.1:{port or self.port}{folder or self.folder}"


@contextmanager
def real_sftp(folder: Path, *, denied: str = "") -> Iterator[RealSftp]:
    """A server on a free port that keeps its own files in `folder`; `denied`: requests it refuses."""
    require(_PROGRAM.exists(), "an SSH server", "openssh-server openssh-client")
    for name in ("host_key", "user_key"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    (folder / "authorized_keys").write_text((folder / "user_key.pub").read_text())
    files = folder / "files"
    files.mkdir()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # compiled in
    port, settings, log = free_port(), folder / "sshd_config", folder / "sshd.log"
    settings.write_text(_SETTINGS.format(port=port, folder=folder, denied=f"-P {denied}" if denied else ""))
    process = start([str(_PROGRAM), "-D", "-e", "-f", str(settings)], log=log)
    try:
        wait_until(lambda: _listens(port), process, log)
        yield RealSftp(
            port=port,
            user=getpass.getuser(),
            key=(folder / "user_key").read_text(),
            host_key=(folder / "host_key.pub").read_text().strip(),
            folder=files,
        )
    finally:
        end(process)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
