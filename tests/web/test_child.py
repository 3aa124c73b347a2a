"""Does the page's process say that it lives before it has built its app, which takes a while?"""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from node.board import Board
from tests.support.until import until
from web import app, child


class Built(Exception):
    """The app would be built now."""


def test_it_lives_while_its_app_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(1)
    clock = SimpleNamespace(monotonic=lambda: 7.0)
    site = SimpleNamespace(clock=clock, rules=SimpleNamespace(lease=1.0))
    process: Any = SimpleNamespace(board=board, row=0, site=site)

    def build(*_: object) -> None:
        until(lambda: board.alive_at(0) == 7.0, "it has said so")
        raise Built

    monkeypatch.setattr(app, "build", build)
    monkeypatch.setattr(child, "Stop", object)  # the signals are the tests' own
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Built):
        child.main(process, listener)
