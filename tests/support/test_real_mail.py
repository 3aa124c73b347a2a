"""The mail server of the tests is gone with the test run, however that ends."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.real_mail import require_real_mail
from tests.support.until import until

ROOT = Path(__file__).parents[2]


def test_it_dies_with_a_test_run_that_is_killed() -> None:
    require_real_mail()
    program = (
        "from tests.support.real_mail import RealMail\n"
        "server = RealMail()\n"
        "server.start()\n"
        "print(server.port, server.imap_port, server.folder, flush=True)\n"
        "input()\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=pipe, stdout=pipe) as run:
        assert run.stdout is not None
        smtp, imap, folder = run.stdout.readline().decode().split()
        run.kill()
    until(lambda: not _listens(int(smtp)), "Postfix is gone")
    until(lambda: not _listens(int(imap)), "Dovecot is gone")
    shutil.rmtree(folder)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
