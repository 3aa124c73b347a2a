"""A real SNMP agent of this machine: one community for v2c, one user for v3."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.process import end, free_port, require, start, wait_until

_PROGRAM = Path("/usr/sbin/snmpd")
COMMUNITY, USER = "tests-only", "watcher"
AUTH_WORD, PRIVACY_WORD = "auth-word-of-tests", "privacy-word-of-tests"

# Everything is shown: the default view of Debian holds the system group only.
_SETTINGS = f"""
rocommunity {COMMUNITY} 127.0.0.1
createUser {USER} SHA {AUTH_WORD} AES {PRIVACY_WORD}
rouser {USER} priv
sysLocation rack 7
sysName snmp.example.org
"""


class RealSnmpd:
    """Listens on UDP `port` of loopback."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._log = folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._says = _SETTINGS

    def start(self) -> None:
        """Start it on its port, and wait until it answers."""
        (self._folder / "snmpd.conf").write_text(self._says)
        self._log.unlink(missing_ok=True)
        command = [str(_PROGRAM), "-f", "-Lo", "-C", "-c", str(self._folder / "snmpd.conf")]
        env = {**os.environ, "SNMP_PERSISTENT_DIR": str(self._folder), "MIBS": ""}
        self._process = start([*command, f"udp:127.0.0.1:{self.port}"], log=self._log, env=env)
        wait_until(lambda: "NET-SNMP version" in self._log.read_text(), self._process, self._log)

    def say(self, *lines: str) -> None:
        """Start it anew with these settings too, such as ``override OID TYPE VALUE``."""
        self.stop()
        self._says = "\n".join([_SETTINGS, *lines, ""])
        self.start()

    def pause(self) -> None:
        """It gets every question and answers none."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It answers again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            end(self._process)
            self._process = None


@contextmanager
def real_snmpd() -> Iterator[RealSnmpd]:
    """One that answers until the block ends; the test is skipped by name where it cannot be."""
    require(_PROGRAM.exists(), "an SNMP agent", "snmpd")
    folder = Path(tempfile.mkdtemp(prefix="tickworks-snmp-"))
    agent = RealSnmpd(folder)
    try:
        agent.start()
        yield agent
    finally:
        agent.stop()
        shutil.rmtree(folder, ignore_errors=True)
