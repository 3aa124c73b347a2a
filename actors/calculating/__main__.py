"""A child process of the calculator: lines of JSON are its orders and replies; it ends with its input."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from actors.calculating.books import Books
from actors.calculating.shard import Order, Reply, do
from backends.vault_key import KeySource
from store import database, secret
from store.errors import DatabaseError

#: Of prctl(2): the signal that comes when the parent dies.
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Serve until the input ends. The exit code."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints must not look like an answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given = json.loads(sys.stdin.readline())
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != given["parent"]:
        return 0  # it died before it could be heard of
    if given["keys"]:
        secret.use(KeySource(Path(given["keys"][0]), given["keys"][1]))
    database.open(given["url"])
    books = Books()
    for line in sys.stdin:
        reply = _done(books, json.loads(line))
        answers.write(json.dumps(reply.said()).encode() + b"\n")
    database.close()
    return 0


def _done(books: Books, words: dict[str, Any]) -> Reply:
    try:
        return do(books, Order(**words))
    except (DatabaseError, ValueError) as error:
        return Reply("failed", str(error).split("\n", 1)[0])


if __name__ == "__main__":
    sys.exit(main())
