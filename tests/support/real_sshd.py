"""A real SSH server on loopback; nobody can sign in, it only says who it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.process import end, free_port, require, start, wait_until
from tests.support.real_nginx import takes_connections

_PROGRAM = Path("/usr/sbin/sshd")
_SETTINGS = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/key
PidFile {folder}/sshd.pid
UsePAM no
PasswordAuthentication no
AuthorizedKeysFile none
MaxStartups 1000
PerSourceMaxStartups none
"""


@contextmanager
def real_sshd() -> Iterator[int]:
    """Its port, until the block ends; the test is skipped by name where it cannot be."""
    require(_PROGRAM.exists(), "an SSH server", "openssh-server")
    if os.geteuid() != 0:
        pytest.skip("sshd starts as root only")
    Path("/run/sshd").mkdir(exist_ok=True)  # compiled in
    folder = Path(tempfile.mkdtemp(prefix="tickworks-ssh-"))
    process = None
    try:
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")]
        subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
        port, settings, log = free_port(), folder / "sshd_config", folder / "output.log"
        settings.write_text(_SETTINGS.format(folder=folder, port=port))
        process = start([str(_PROGRAM), "-D", "-e", "-f", str(settings)], log=log)
        wait_until(lambda: takes_connections(port), process, log)
        yield port
    finally:
        if process is not None:
            end(process)
        shutil.rmtree(folder, ignore_errors=True)
