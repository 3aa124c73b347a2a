"""A real FreeRADIUS that writes accounting packets into a detail file, and `radclient`, which sends them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.process import end, free_port, require, start, wait_until

_PROGRAM = Path("/usr/sbin/freeradius")
_SECRET = "s3cret"

# Its module "detail" with the format it has by default; nothing of the machine's own settings is read.
_SETTINGS = """
name = tickworks
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
max_requests = 1024
hostname_lookups = no
proxy_requests = no
client here {{
    ipaddr = 127.0.0.1
    secret = {secret}
}}
thread pool {{
    start_servers = 1
    max_servers = 1
    min_spare_servers = 1
    max_spare_servers = 1
}}
modules {{
    detail {{
        filename = {detail}
        header = "%t"
        permissions = 0600
        locking = no
    }}
}}
server default {{
    listen {{
        type = acct
        ipaddr = 127.0.0.1
        port = {port}
    }}
    accounting {{
        detail
    }}
}}
"""


@dataclass(frozen=True)
class RealFreeradius:
    """`detail` is where it writes; it opens that name anew for each packet."""

    port: int
    detail: Path

    def account(self, packets: Sequence[str]) -> None:
        """Send each packet, lines of ``Attribute = value``, and see it answered: then it is written."""
        command = ["radclient", "-q", "-f", "-", f"127.0.0.1:{self.port}", "acct", _SECRET]
        said = subprocess.run(command, input="\n\n".join(packets), capture_output=True, text=True, timeout=60)
        assert said.returncode == 0, said.stderr


@contextmanager
def real_freeradius() -> Iterator[RealFreeradius]:
    """One that serves until the block ends; skipped by name where it cannot be.

    It writes to a folder of its own on the disk: below /dev it would not.
    """
    require(_PROGRAM.exists(), "FreeRADIUS", "freeradius")
    require(shutil.which("radclient") is not None, "radclient", "freeradius-utils")
    folder = Path(tempfile.mkdtemp(prefix="tickworks-radius-"))
    process = None
    try:
        server = RealFreeradius(free_port(), folder / "calls" / "detail")
        server.detail.parent.mkdir()
        settings = _SETTINGS.format(folder=folder, port=server.port, detail=server.detail, secret=_SECRET)
        (folder / "radiusd.conf").write_text(settings)
        log = folder / "output.log"
        process = start([str(_PROGRAM), "-f", "-d", str(folder), "-l", "stdout"], log=log)
        wait_until(lambda: "Ready to process requests" in log.read_text(), process, log)
        yield server
    finally:
        if process is not None:
            end(process)
        shutil.rmtree(folder, ignore_errors=True)
