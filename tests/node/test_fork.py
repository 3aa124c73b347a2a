"""Does a child of the agent keep nothing, hear every signal and say how it ended?"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node.fork import how_it_ended

ROOT = Path(__file__).parents[2]


def program(text: str) -> str:
    """What a process of its own prints."""
    said = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return said.stdout.strip()


def test_a_stop_that_meets_a_child_at_its_birth_is_not_lost() -> None:
    ends = program(
        "import os, signal, time\n"
        "from node.fork import fork, how_it_ended\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "for _ in range(100):\n"
        "    pid = fork(lambda: time.sleep(50), ())\n"
        "    os.kill(pid, signal.SIGTERM)\n"
        "    print(how_it_ended(os.waitpid(pid, 0)[1]))\n"
    )
    assert set(ends.splitlines()) == {"killed by SIGTERM"}


def test_the_parent_hears_its_signals_as_before() -> None:
    heard = program(
        "import os, signal\n"
        "from node.fork import fork\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('heard'))\n"
        "os.waitpid(fork(lambda: 0, ()), 0)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    assert heard == "heard"


def test_a_child_keeps_no_handle_it_was_told_to_close_and_answers_by_its_exit_code() -> None:
    answer = program(
        "import os\n"
        "from node.fork import fork, how_it_ended\n"
        "read, write = os.pipe()\n"
        "child = fork(lambda: 7 if not os.path.exists(f'/proc/self/fd/{write}') else 8, {write})\n"
        "print(how_it_ended(os.waitpid(child, 0)[1]))\n"
    )
    assert answer == "exit code 7"


def test_an_error_in_a_child_stays_in_the_child() -> None:
    answer = program(
        "import os\n"
        "from node.fork import fork, how_it_ended\n"
        "def breaks():\n"
        "    raise SystemExit(9)\n"
        "print(how_it_ended(os.waitpid(fork(breaks, ()), 0)[1]))\n"
    )
    assert answer == "exit code 1"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit code 0"),
        (3 << 8, "exit code 3"),
        (int(signal.SIGSEGV), "killed by SIGSEGV"),
        (40, "killed by signal 40"),
    ],
)
def test_every_end_has_words(status: int, words: str) -> None:
    assert how_it_ended(status) == words
