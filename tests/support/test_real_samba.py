"""The domain controller of the tests is gone with the test run, however that ends."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.process import require
from tests.support.real_samba import installed
from tests.support.until import until

ROOT = Path(__file__).parents[2]


def test_it_dies_with_a_test_run_that_is_killed() -> None:
    require(os.geteuid() == 0 and installed(), "a Samba domain controller (it needs root)", "samba")
    program = (
        "from tests.support.real_samba import RealSamba\n"
        "server = RealSamba()\n"
        "server.start()\n"
        "print(server.port, server.folder, flush=True)\n"
        "input()\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=pipe, stdout=pipe) as run:
        assert run.stdout is not None
        port, folder = run.stdout.readline().decode().split()
        assert _is_served(int(port), folder)
        run.kill()
    until(lambda: not _is_served(int(port), folder), "Samba is gone")
    shutil.rmtree(folder)


def _is_served(port: int, folder: str) -> bool:
    """Whether somebody listens, or a process of it is left."""
    left = any(folder.encode() in command for command in _commands())
    with socket.socket() as probe:
        return left or probe.connect_ex(("127.0.0.1", port)) == 0


def _commands() -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "cmdline").read_bytes())
        except OSError:  # it ended meanwhile
            continue
    return found
