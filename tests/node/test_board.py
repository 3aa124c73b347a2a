"""What do agent and children read on the board?"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.board import Board

ROOT = Path(__file__).parents[2]


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_each_row_is_its_childs_own() -> None:
    board = Board(3)
    board.clear(1, 10.0)
    board.set_kill_at(1, 99.0)
    board.alive(2, 12.5)
    rows = [(board.alive_at(row), board.kill_at(row)) for row in range(3)]
    assert rows == [(0.0, 0.0), (10.0, 99.0), (12.5, 0.0)]


def test_a_new_child_does_not_inherit_the_end_of_the_last_one() -> None:
    board = Board(1)
    board.set_kill_at(0, 99.0)
    board.clear(0, 10.0)
    assert (board.alive_at(0), board.kill_at(0)) == (10.0, 0.0)


def test_a_plan_to_be_killed_can_be_taken_back_and_life_goes_on() -> None:
    board = Board(1)
    board.set_kill_at(0, 99.0)
    board.alive(0, 20.0)
    assert board.kill_at(0) == 99.0
    board.set_kill_at(0, 0.0)
    assert (board.alive_at(0), board.kill_at(0)) == (20.0, 0.0)


def test_a_sign_of_life_undoes_no_plan_that_another_thread_posts(busy_threads: None) -> None:
    board = Board(1)
    over = threading.Event()

    def live() -> None:
        while not over.is_set():
            board.alive(0, 1.0)

    thread = threading.Thread(target=live)
    thread.start()
    undone = []
    for when in range(1, 20_000):
        board.set_kill_at(0, float(when))
        if board.kill_at(0) != when:
            undone.append(when)
    over.set()
    thread.join(10)
    assert undone == []


def test_what_a_forked_child_posts_its_parent_reads() -> None:
    program = (
        "import os\n"
        "from node.board import Board\n"
        "board = Board(2)\n"
        "pid = os.fork()\n"
        "if not pid:\n"
        "    board.alive(1, 7.0)\n"
        "    board.set_kill_at(1, 8.0)\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print(board.alive_at(1), board.kill_at(1))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["7.0", "8.0"]
