"""The runs of this process that are being executed, and the wish that one should stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from dramatiq.threading import raise_thread_exception

from store.run.claimed import ClaimedRun

#: Why a run should stop, and how its attempt ends if it does.
ENDED_BY = {"cancel": "cancelled", "time limit": "timeout", "drain": "drained", "lost": "lost"}


class Stopped(BaseException):
    """Raised inside a service's thread when it did not stop by itself.

    Not an Exception, so that a service's own ``except Exception`` lets it pass.
    """


@dataclass
class ActiveRun:
    """One attempt in execution. Times are monotonic seconds."""

    claimed: ClaimedRun
    started: float
    thread: int = field(default_factory=threading.get_ident)
    stop_reason: str | None = None
    stop_at: float = 0.0
    step: tuple[str, float, float] | None = None  # title, until when, its time limit in s
    stop_seen: bool = False  # the service has asked and been told to stop
    interrupted: bool = False
    progress: tuple[float, float | None] | None = None
    progress_written: tuple[float, float | None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    in_service: bool = True

    @property
    def deadline(self) -> float:
        """When its time limit is over."""
        return self.started + self.claimed.time_limit

    def ask_to_stop(self, reason: str, now: float) -> bool:
        """Ask once; the first reason stays, but for a lost fence, which tops all."""
        if self.stop_reason is not None and reason != "lost":
            return False
        self.stop_reason = reason
        self.stop_at = self.stop_at or now
        return True

    def interrupt(self) -> None:
        """Raise `Stopped` in its thread, at its next Python instruction."""
        with self.lock:
            if self.in_service and not self.interrupted:
                self.interrupted = True
                raise_thread_exception(self.thread, Stopped)  # type: ignore[no-untyped-call]

    def left_service(self) -> None:
        """The service's code has returned: from now on nothing may interrupt this thread."""
        with self.lock:
            self.in_service = False


class ActiveRuns:
    """All runs in execution in this process, by fence; used from several threads."""

    def __init__(self) -> None:
        self._runs: dict[int, ActiveRun] = {}
        self._lock = threading.Lock()
        self.idle = threading.Condition(self._lock)

    def add(self, run: ActiveRun) -> None:
        """An attempt begins."""
        with self._lock:
            self._runs[run.claimed.fence] = run

    def remove(self, run: ActiveRun) -> None:
        """An attempt has ended."""
        with self._lock:
            self._runs.pop(run.claimed.fence, None)
            self.idle.notify_all()

    def all(self) -> list[ActiveRun]:
        """Those that are in execution now."""
        with self._lock:
            return list(self._runs.values())

    def wait_idle(self, timeout: float) -> bool:
        """Wait until none is left; False after `timeout` seconds."""
        with self._lock:
            return self.idle.wait_for(lambda: not self._runs, timeout)
