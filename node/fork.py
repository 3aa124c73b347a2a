"""Forking from the agent: a child that dies with its parent and keeps none of its handles."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
#: Signals whose handling by the agent must not be inherited.
OURS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP, signal.SIGUSR1)


def fork(work: Callable[[], int], close: Iterable[int], *, own_group: bool = False) -> int:
    """The pid of a child that runs `work` and exits with its answer.

    Only a thread that lives as long as the process may call this: the kernel sends the parent-death
    signal when the forking *thread* ends. ``close``: handles the child must not keep; an inherited
    lock file would stay locked, an inherited pipe would never end. ``own_group``: it leads a process
    group, so that what it starts itself can be ended with it.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that met the child before it has let go of our handlers would be lost: it waits till then.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    code = 1
    try:
        if own_group:
            os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
        signal.set_wakeup_fd(-1)
        for number in OURS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for handle in close:
            os.close(handle)
        code = work()
    except BaseException:
        logger.exception("a process ended by an error")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def end_group(leader: int) -> None:
    """Kill what a child with a group of its own has left behind.

    To be called before the child is waited for: until then nobody else can get its number.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def how_it_ended(status: int) -> str:
    """A waitpid status for people."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit code {code}"
    named = -code in set(signal.Signals)  # most real-time signals have no name
    return f"killed by {signal.Signals(-code).name}" if named else f"killed by signal {-code}"
