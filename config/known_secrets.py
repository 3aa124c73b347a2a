"""The secrets that this process has read: no text that leaves it may hold one.

A secret is looked for as it is, and as JSON, Python and addresses write it; of one with several lines
(a private key) each line by itself, because logs are cut into lines.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

HIDDEN = "***"
#: A shorter text would be found in words and numbers that are no secret.
SHORTEST = 4
#: The same for a line of a secret with several.
SHORTEST_LINE = 8

_lock = threading.Lock()
_texts: set[str] = set()
_pattern: re.Pattern[str] | None = None


def learn(secret: str) -> None:
    """Keep `secret` out of everything that `hidden` is asked about from now on."""
    global _pattern
    found = set(_written(secret))
    with _lock:
        if found <= _texts:
            return
        _texts.update(found)
        longest_first = sorted(_texts, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest_first)))


def forget() -> None:
    """Know none any more, as a new process."""
    global _pattern
    with _lock:
        _texts.clear()
        _pattern = None


def hidden(text: str) -> str:
    """The same text with ``***`` for every known secret."""
    pattern = _pattern
    return text if pattern is None else pattern.sub(HIDDEN, text)


def _written(secret: str) -> Iterator[str]:
    parts = [secret, secret.strip()] if len(secret.strip()) >= SHORTEST else []
    lines = secret.splitlines()
    if len(lines) > 1:
        parts += [line.strip() for line in lines if len(line.strip()) >= SHORTEST_LINE]
    for part in parts:
        yield part
        yield json.dumps(part)[1:-1]
        yield json.dumps(part, ensure_ascii=False)[1:-1]
        yield repr(part)[1:-1]
        yield quote(part, safe="")
        yield quote(part)
