"""A process that stands for a worker of node NAME: ``python -m bench.helping NAME``, hints on its input."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from actors.calculating.hinted import Hinted
from store import database


def main(name: str) -> None:
    """Follow hints until the input ends; the first line is the address of the database."""
    database.open(json.loads(sys.stdin.readline())["url"])
    # The bench takes its turns without a coordinator, so there is no hold to look for.
    helper = Hinted(name, held=lambda tx, fence: True)
    for line in sys.stdin:
        helper.rate(json.loads(line))
    database.close()


def said(words: Mapping[str, Any]) -> bytes:
    """Words as a line of its input."""
    return json.dumps(dict(words)).encode() + b"\n"


if __name__ == "__main__":
    main(sys.argv[1])
