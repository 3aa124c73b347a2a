"""The disk's part of a commit: one flush for all threads whose transactions wait for it.

SQLite with synchronous=FULL flushes its log while it holds the lock of the file, so that one slow
flush keeps everybody waiting. Here a commit only writes the log (synchronous=NORMAL); who needs it to
survive a power cut then flushes the log himself, while the next one writes. The log is written and
replayed in order and each commit carries a checksum (sqlite.org/walformat.html, 4), so what a flush
covers is never without what was committed before it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from store.errors import DatabaseAway
from store.turns import Turns, Waiting

#: So many share a flush at most.
MOST = 1_000

logger = logging.getLogger(__name__)

_flush = getattr(os, "fdatasync", os.fsync)


class _Asked(Waiting):
    __slots__ = ("error",)

    def __init__(self) -> None:
        super().__init__()
        self.error: OSError | None = None


class Flush:
    """Flushes the log of one SQLite file, for the threads of this process."""

    def __init__(self, path: Path) -> None:
        self._log = path.with_name(path.name + "-wal")
        self._turns: Turns[_Asked] = Turns(self._lead, MOST)
        self._file: int | None = None
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closing = False

    def wait(self) -> None:
        """Return once all that was committed before is on the disk; a thread that waits shares its flush.

        Raises DatabaseAway when the disk refuses: what was committed stands, but a power cut may undo it.
        """
        asked = _Asked()
        self._turns.go(asked)
        if asked.error is not None:
            raise DatabaseAway(
                f"database cannot be written: its log cannot be flushed to the disk: {asked.error.strerror}"
            ) from asked.error

    def soon(self) -> None:
        """Have all that was committed before flushed by a thread that does nothing else."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, name="flush", daemon=True)
                    self._thread.start()
        self._wanted.set()

    def close(self) -> None:
        """Flush what is to be flushed soon, and let go of the log."""
        if self._thread is not None:
            self._closing = True
            self._wanted.set()
            self._thread.join()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _serve(self) -> None:
        while not self._closing:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.wait()
            except DatabaseAway as error:
                logger.error("%s", error)

    def _lead(self, asked: Sequence[_Asked], own: _Asked) -> None:
        # Those who come meanwhile wait for the next one: they may have committed after this one began.
        error: OSError | None = None
        try:
            _flush(self._opened())
        except FileNotFoundError:
            pass  # the last connection is gone: SQLite has moved the log into the file, and flushed that
        except OSError as raised:
            error = raised
        except BaseException:
            # This thread is being stopped, perhaps before anything was flushed.
            self._turns.back([one for one in asked if one is not own])
            asked = [own]
            raise
        finally:
            for one in asked:
                one.error = error
                one.finish()

    def _opened(self) -> int:
        """The log that lies there now: SQLite deletes it with the last connection and begins another."""
        there = os.stat(self._log)
        if self._file is not None and os.fstat(self._file).st_ino != there.st_ino:
            os.close(self._file)
            self._file = None
        if self._file is None:
            self._file = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
        return self._file
