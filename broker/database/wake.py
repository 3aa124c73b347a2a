"""Waking other processes after a commit: NOTIFY on PostgreSQL, a datagram on SQLite.

A name is a queue or anything else that may change, such as "schedule". Who changes it announces
it in the transaction, and listeners are woken as soon as it is committed; who cares waits on a bell:

    with Bell(["schedule"]) as bell:
        while running:
            bell.clear()
            look()
            bell.wait(1.0)

A ring is a hint and may be lost, so the wait is short and the look cheap.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from broker.database.datagram import Doorbell, Ringer
from store import database
from store.listen import Listener, notify
from store.tx import Tx

#: As many listeners as there are.
EVERYONE = sys.maxsize

logger = logging.getLogger(__name__)


def announce(tx: Tx, counts: Mapping[str, int]) -> None:
    """Say in `tx` that something changed, as {name: how many listeners to wake at most}."""
    if counts and tx.dialect == "postgresql":
        notify(tx, counts)
    elif counts:
        tx.after_commit(lambda: ring(counts))


def ring(counts: Mapping[str, int]) -> None:
    """Wake listeners for something that is committed already; on SQLite only.

    PostgreSQL has told all of them at the commit.
    """
    folder = _folder()
    if folder is not None:
        _ringer(folder).ring(counts)


def hush() -> None:
    """Let go of what `ring` opened; the next ring opens it again."""
    global _ringing
    with _ringing_lock:
        if _ringing is not None:
            _ringing[1].close()
        _ringing = None


class Bell:
    """What one thread waits on for `names`. It opens at the first `clear`, and again after a fault.

    Raises DatabaseAway, on PostgreSQL, from `clear`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._ears: Doorbell | Listener | None = None
        self._inner, self._outer = socket.socketpair()
        self._inner.setblocking(False)
        self._outer.setblocking(False)
        self._deaf = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def clear(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Forget what was heard, and listen. Look after this, or a change in between is missed.

        Where `wanted` says no, it asks not to be rung until the next `clear`; it is called after
        the forgetting, so that a `wake` that changes the answer is not lost.
        """
        with suppress(BlockingIOError):
            while self._inner.recv(4096):
                pass
        try:
            if self._ears is None and not self._deaf:
                self._ears = self._open()
            if isinstance(self._ears, Doorbell):
                self._ears.drain(wanted=wanted())
            elif self._ears is not None:
                self._ears.drain()
        except BaseException:
            self.shut()
            raise

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for a ring or a `wake` since the last `clear`; was there one?"""
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        if self._ears is not None:
            poll.register(self._ears.fileno(), select.POLLIN)
        return bool(poll.poll(max(0.0, timeout) * 1000))

    def wake(self) -> None:
        """End the current wait, or the next one; for any thread, also after `close`."""
        # Full means that a wake waits already; closed, that nobody does.
        with suppress(OSError):
            self._outer.send(b"!")

    def shut(self) -> None:
        """Hear nothing until the next `clear`; only `wake` still works."""
        self._deaf = False
        ears, self._ears = self._ears, None
        if ears is not None:
            ears.close()

    def close(self) -> None:
        """For good; may be called twice."""
        self.shut()
        self._inner.close()
        self._outer.close()

    def _open(self) -> Doorbell | Listener | None:
        folder = _folder()
        if folder is None:
            return Listener(self.names)
        try:
            return Doorbell(folder, self.names)
        except OSError as error:
            self._deaf = True
            logger.warning("no socket can be made under %s, so new work is noticed later: %s", folder, error)
            return None


_ringing: tuple[int, Ringer] | None = None
_ringing_lock = threading.Lock()


def _ringer(folder: Path) -> Ringer:
    """This process's own, and never one that came over a fork."""
    global _ringing
    with _ringing_lock:
        if _ringing is None or _ringing[0] != os.getpid() or _ringing[1].folder != folder:
            if _ringing is not None:
                _ringing[1].close()
            _ringing = (os.getpid(), Ringer(folder))
        return _ringing[1]


def _folder() -> Path | None:
    folder = database.folder()
    return None if folder is None else folder / "run"
