"""The engine's side of a daemon: a context without a run, and its log."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from actors.outcome import Outcome
from actors.service import Task
from broker.runner.holding import Holding
from broker.runner.run_log import LONGEST_LINE, printable
from config.known_secrets import hidden
from domain.effects.act import Act
from domain.time.clock import Clock, as_datetime, rfc3339
from store import database, held_act, secret

#: So many of its lines are kept as its last words.
LAST_LINES = 20


class DaemonLog:
    """Lines of a daemon: the last ones in memory, all of them in its file while logging is on."""

    def __init__(self, service: str, folder: Path, clock: Clock) -> None:
        self._path = folder / f"{service}.log"
        self._clock = clock
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._lock = threading.Lock()
        self.on = False

    def line(self, level: str, text: str) -> None:
        """Add a line of text, or several."""
        for part in hidden(text).splitlines() or [""]:
            clean = printable(part)[:LONGEST_LINE]
            with self._lock:
                self._last.append(f"{level} {clean}")
            if self.on:
                self._to_file(f"{rfc3339(self._clock.now())} {level} {clean}\n")

    def last_words(self) -> str:
        """The newest lines."""
        with self._lock:
            return "\n".join(self._last)

    def _to_file(self, line: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError:
            self.on = False  # a full disk costs the file, never the daemon


class DaemonPorts:
    """Implements `actors.context.Ports` for a daemon."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.stop: str | None = None
        self.holding: Holding | None = None
        self.tell: Callable[[str, str, Mapping[str, Any]], bool] | None = None  # `Publisher.hint`

    def now(self) -> datetime:
        self._check()
        return as_datetime(self._clock.now())

    def stop_reason(self) -> str | None:
        self._check()
        return self.stop

    def progress(self, done: float, total: float | None) -> None:
        """A daemon has no end to come near to."""
        self._check()

    def exclusive(self) -> AbstractContextManager[int]:
        assert self.holding is not None
        return self.holding.exclusive()

    def _check(self) -> None:
        if self.holding is not None:
            self.holding.check()

    def step_due(self, task: Task, number: int) -> str | None:
        return None if task.enabled else "off"

    def step_apart(self, task: Task, number: int) -> str | None:
        """A daemon carries out its steps itself."""
        return None

    def step_started(self, title: str, time_limit: float | None = None) -> None:
        """Steps of a daemon leave no rows."""

    def step_ended(self, title: str, state: str, outcome: Outcome | None, error: str | None) -> None:
        """Steps of a daemon leave no rows."""

    def step_overran(self) -> str | None:
        """Steps of a daemon have no end of their own."""
        return None

    def act(self, wanted: Act) -> bool:
        self._check()
        if held_act.is_free(database.read(), wanted):
            return True
        now = self._clock.now()
        return database.write(lambda tx: held_act.ask(tx, wanted, None, now))

    def may_destroy(self, step: str) -> bool:
        """A daemon destroys nothing: that is for steps, which have a switch."""
        return False

    def hint(self, node: str, service: str, words: Mapping[str, Any]) -> bool:
        self._check()
        return self.tell is not None and self.tell(node, service, words)

    def secret(self, name: str) -> str:
        return secret.follow(name)

    def backend(self, name: str) -> Any:
        raise LookupError(f"no backend {name!r} is set up on this site")
