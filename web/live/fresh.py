"""Answers that are made once for many who ask while nothing was written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar

from store.version import Version

Answer = TypeVar("Answer")

#: Seconds for which an answer may stand; it also depends on the time of day.
STANDS = 0.25
#: Answers that are kept; asking for more forgets all of them.
MOST = 64


class Fresh:
    """The newest answer to each question, as long as no commit came after it."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._lock = threading.Lock()
        self._known: dict[Hashable, tuple[str, float, object]] = {}

    def __call__(self, question: Hashable, read: Callable[[], Answer]) -> Answer:
        """The answer, read anew if anything was written since. Raises DatabaseError."""
        version = self._version.now()
        with self._lock:
            known = self._known.get(question)
        if known is not None and known[0] == version and time.monotonic() - known[1] < STANDS:
            return known[2]  # type: ignore[return-value]
        at = time.monotonic()
        answer = read()
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[question] = (version, at, answer)
        return answer
