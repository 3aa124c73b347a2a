"""How writers of one SQLite file take turns.

SQLite's own busy handler sleeps and starves (measured: 2.8 s tails), so writers queue on a
lock of the process and a file lock before BEGIN IMMEDIATE. Whoever leads runs the work of all
who wait in one transaction: one commit. The disk is waited for outside the locks (`store.flush`).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any

from store.busy import while_busy
from store.errors import DRIVER_ERRORS, DatabaseAway, translated
from store.flush import Flush
from store.turns import Turns, Waiting
from store.tx import Tx

Work = Callable[[Tx], Any]


#: So many writes go into one transaction at most.
MOST = 1_000


class _Waiting(Waiting):
    __slots__ = ("after", "committed", "context", "error", "result", "work")

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work
        # Another thread may run it: what it says of its origin stays that of who asked.
        self.context = copy_context()
        self.after: Sequence[Callable[[], object]] = ()
        self.committed = False
        self.result: Any = None
        self.error: BaseException | None = None


class Writer:
    """The one door to a SQLite file for all threads of this process.

    `connect` makes a connection (autocommit, WAL). There is one, which those who lead use in turns: what it
    has read of the file stays true as long as nobody else writes.
    """

    def __init__(self, path: Path, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._turns: Turns[_Waiting] = Turns(self._lead, MOST)
        self._flush = Flush(path)
        self._lock_path = path.with_name(path.name + ".lock")
        self._lock_file: int | None = None
        self._pid = os.getpid()
        self._connection: Any = None

    def run(self, work: Work, durable: bool) -> Any:
        """Run `work(tx)` in a transaction, with others' work where some waits; its result.

        ``durable``: what is returned survives a power cut, not only a crash of the process. Others see it
        a little earlier: what they do with it is flushed after it.
        """
        if self._pid != os.getpid():
            raise RuntimeError("the database was opened before a fork; open it in the child")
        waiting = _Waiting(work)
        self._turns.go(waiting)
        if waiting.error is not None:
            raise waiting.error
        for then in waiting.after:
            then()
        if durable:
            self._flush.wait()
        return waiting.result

    def flush_soon(self) -> None:
        """See `store.database.flush_soon`."""
        self._flush.soon()

    def close(self) -> None:
        """Give connection and lock file back."""
        self._flush.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _lead(self, group: Sequence[_Waiting], own: _Waiting) -> None:
        try:
            self._commit_group(group)
        except Exception as error:
            for waiting in group:
                waiting.error = waiting.error or error
        except BaseException:
            # This thread is being stopped, in whosever work: what was undone by that goes again.
            undone = [waiting for waiting in group if not waiting.committed and waiting is not own]
            self._turns.back(undone)
            group = [waiting for waiting in group if waiting not in undone]
            raise
        finally:
            for waiting in group:
                waiting.finish()

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = self._connect()
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA busy_timeout = 0")  # it waits in `_begin`
        if self._connection.in_transaction:  # who led was stopped before he could undo it
            self._connection.execute("ROLLBACK")
        return self._connection

    def _commit_group(self, group: Sequence[_Waiting]) -> None:
        connection = self._connected()
        all_ran = False
        try:
            self._begin(connection)
            for waiting in group:
                waiting.error = None
                self._run_one(connection, waiting, alone=len(group) == 1)
            all_ran = True
            connection.execute("COMMIT")
        except DRIVER_ERRORS as error:
            raise translated(error) from error
        finally:
            for waiting in group:
                waiting.committed = all_ran and not connection.in_transaction
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._free_file_lock()

    def _begin(self, connection: Any) -> None:
        """Begin in turn with our other processes; for a program that is none of us all wait at once."""

        def begin() -> None:
            self._take_file_lock()
            connection.execute("BEGIN IMMEDIATE")

        def pause(seconds: float) -> None:
            self._free_file_lock()
            time.sleep(seconds)

        while_busy(begin, pause)

    def _run_one(self, connection: Any, waiting: _Waiting, alone: bool) -> None:
        """One member's work; its failure must not undo its neighbours'."""
        tx = Tx(connection, "sqlite")
        waiting.after = tx.after
        if alone:
            waiting.result = waiting.context.run(waiting.work, tx)
            return
        connection.execute("SAVEPOINT member")
        try:
            waiting.result = waiting.context.run(waiting.work, tx)
        except Exception as error:
            waiting.error = error
            if not connection.in_transaction:  # the database itself gave up (full disk): all are undone
                raise DatabaseAway("database cannot be written: the transaction was rolled back") from error
            connection.execute("ROLLBACK TO member")
        connection.execute("RELEASE member")

    def _take_file_lock(self) -> None:
        if self._lock_file is None:
            self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)

    def _free_file_lock(self) -> None:
        if self._lock_file is not None:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)
