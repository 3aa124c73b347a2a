"""Server processes of the tests: they die with the test run, however it ends."""

from __future__ import annotations

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest


class ServerFailed(Exception):
    """A server did not start; the text ends with the last lines of its log."""


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    parent_death: str = "KILL",
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own, as `user` if given (that needs root).

    The kernel sends it `parent_death` when the thread that called this ends; atexit covers the
    ordinary end, and the group the children it may have by then. `pass_fds`: files it inherits.
    """
    as_user = ["--reuid", user, "--regid", user, "--clear-groups"] if user else []
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["setpriv", *as_user, "--pdeathsig", parent_death, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd="/",
            start_new_session=True,
            pass_fds=pass_fds,
        )
    atexit.register(end, process)
    return process


def end(process: subprocess.Popen[bytes], *, how: int = signal.SIGKILL, grace: float = 20) -> None:
    """End the process with signal `how`, then whatever is left of its group; waits for it."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(grace)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 60
) -> None:
    """Wait until `ready()`; raises ServerFailed if the process ends or the time is over first."""
    deadline = time.monotonic() + seconds
    while not ready():
        ended = process.poll()
        if ended is not None or time.monotonic() > deadline:
            what = f"ended with code {ended}" if ended is not None else f"was not ready after {seconds:.0f} s"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise ServerFailed(f"{process.args!r} {what}; its output:\n{tail}")
        time.sleep(0.05)


def free_port() -> int:
    """A loopback port that nobody listens on, and that no outgoing connection is given by the kernel.

    A server that is away for a while would find one of those taken when it comes back.
    """
    first, end_of_range = 10_000, _first_outgoing()
    while first < end_of_range:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", random.SystemRandom().randrange(first, end_of_range)))
            return int(probe.getsockname()[1])
    with socket.socket() as probe:  # here the kernel gives away all of them
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first_outgoing() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return 32_768


def require(found: bool, what: str, packages: str) -> None:
    """Skip the test by name without `what`; where it must be there (CI, root), fail instead."""
    if found and shutil.which("setpriv"):
        return
    line = f"{what} is not installed: apt-get install {packages} util-linux"
    if os.environ.get("CI") == "true" or os.geteuid() == 0:
        pytest.fail(line, pytrace=False)
    pytest.skip(line)
