"""The child processes of the calculator: each does one part of a batch at a time.

They live as long as the calculator. A child that dies takes nothing with it: its part is not done, and is
ordered again.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import actors
from actors.calculating.books import Books
from actors.calculating.shard import Order, Reply, do
from store import secret

#: Seconds between two looks at whether the turn is still ours, while children work.
LOOK = 0.2
#: Seconds that a child has to end once its input is closed.
END = 5.0


class Here:
    """No children: the parts are done one after the other in this process."""

    size = 1

    def __init__(self, books: Books | None = None) -> None:
        self._books = books or Books()

    def do(self, orders: Sequence[Order], look: Callable[[], object]) -> list[Reply]:
        """See `Pool.do`."""
        replies = []
        for order in orders:
            look()
            try:
                replies.append(do(self._books, order))
            except ValueError as error:
                replies.append(Reply("failed", str(error)))
        return replies

    def close(self) -> None:
        """Nothing is open."""


class Pool:
    """`size` children, started when they are first needed, each with a database connection of its own."""

    def __init__(self, size: int, url: str) -> None:
        self.size = size
        self._url = url
        self._children: list[_Child] = []

    def do(self, orders: Sequence[Order], look: Callable[[], object]) -> list[Reply]:
        """The replies to these orders, in their order; `look` is called now and then, and may raise.

        What is under way then goes on, under its fence; its reply is thrown away.
        """
        replies: list[Reply | None] = [None] * len(orders)
        waiting = list(enumerate(orders))
        for child in self._children:
            child.forget()
        with selectors.DefaultSelector() as selector:
            busy = 0
            while waiting or busy:
                for child in self._ready(min(len(waiting), self.size - busy)):
                    place, order = waiting.pop(0)
                    if child.order(place, order):
                        selector.register(child.output, selectors.EVENT_READ, child)
                        busy += 1
                    else:
                        replies[place] = Reply("failed", "a child process of the calculator has ended")
                for key, _ in selector.select(LOOK):
                    child = key.data
                    place, reply = child.reply()
                    selector.unregister(child.output)
                    busy -= 1
                    replies[place] = reply
                look()
        return [reply for reply in replies if reply is not None]

    def pids(self) -> list[int]:
        """The processes that live."""
        return [child.pid for child in self._children if child.lives()]

    def close(self) -> None:
        """End the children, after what they do now."""
        for child in self._children:
            child.end()
        self._children = []

    def _ready(self, many: int) -> list[_Child]:
        if many <= 0:
            return []
        for child in self._children:
            if child.place is None and not child.lives():
                child.end()
        self._children = [child for child in self._children if not child.ended]
        free = [child for child in self._children if child.place is None]
        while len(free) < many and len(self._children) < self.size:
            self._children.append(_Child(self._url))
            free.append(self._children[-1])
        return free[:many]


class _Child:
    """One process and its pipes; lines of JSON go in and out."""

    def __init__(self, url: str) -> None:
        root = str(Path(actors.__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "actors.calculating"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.place: int | None = None
        self.ended = False
        # Not on the command line: the address may hold a password.
        keys = secret.source()
        self._say(
            {
                "url": url,
                "parent": os.getpid(),
                "keys": None if keys is None else [str(keys.file), keys.reference],
            }
        )

    @property
    def output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def lives(self) -> bool:
        return self._process.poll() is None

    def order(self, place: int, order: Order) -> bool:
        """False if the child is gone."""
        self.place = place
        if self._say(asdict(order)):
            return True
        self.end()
        return False

    def forget(self) -> None:
        """A turn ended before the child did: wait for what it still does, under its old fence."""
        if self.place is not None:
            self.reply()

    def reply(self) -> tuple[int, Reply]:
        assert self.place is not None
        place, self.place = self.place, None
        line = self.output.readline()
        if not line.endswith(b"\n"):
            self.end()
            return place, Reply("failed", f"a child process of the calculator ended: {self._how()}")
        return place, Reply(**json.loads(line))

    def end(self) -> None:
        """Close its input, and wait for its exit."""
        if self.ended:
            return
        self.ended, self.place = True, None
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.output.close()

    def _how(self) -> str:
        code = self._process.returncode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def _say(self, words: dict[str, Any]) -> bool:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True
