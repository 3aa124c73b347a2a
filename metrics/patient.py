"""A question that may hang, asked on a thread of its own: whoever asks waits only so long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Patient(Generic[Answer]):
    """Asks `question` on another thread; one that still waits for its answer is not asked again."""

    def __init__(self, name: str, question: Callable[[], Answer]) -> None:
        self._name = name
        self._question = question
        self._lock = threading.Lock()
        self._open: Future[Answer] | None = None

    def ask(self, seconds: float) -> Answer:
        """The answer. Raises TimeoutError after so many seconds, and whatever the question raises."""
        with self._lock:
            if self._open is None:
                self._open = Future()
                answer = self._open
                threading.Thread(target=self._run, args=(answer,), name=self._name, daemon=True).start()
            asked = self._open
        return asked.result(seconds)

    def _run(self, answer: Future[Answer]) -> None:
        try:
            result = self._question()
        except BaseException as error:
            self._close()
            answer.set_exception(error)
        else:
            self._close()
            answer.set_result(result)

    def _close(self) -> None:
        """From now on it is asked anew; before the answer, so that nobody who has it gets it twice."""
        with self._lock:
            self._open = None
