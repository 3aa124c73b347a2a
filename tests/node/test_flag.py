"""Can a signal handler set what the main thread waits for, at any moment of that wait?"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from node.flag import Flag

ROOT = Path(__file__).parents[2]

#: A signal comes at each moment of a wait; with threading.Event one of the first thousands stands still.
PROGRAM = """
import faulthandler, os, signal
from node.flag import Flag

faulthandler.dump_traceback_later(60, exit=True)
for number in range(20_000):
    flag = Flag()
    signal.signal(signal.SIGALRM, lambda *_: flag.set())
    signal.setitimer(signal.ITIMER_REAL, 5e-5 + number % 100 * 1e-6)
    while not flag.wait(0.00001):
        pass
    os.close(flag._reader), os.close(flag._writer)
print("all were seen")
"""


def test_a_signal_at_any_moment_of_a_wait_is_seen() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "all were seen\n", done.stderr


def test_all_who_wait_are_woken() -> None:
    flag = Flag()
    waits = [threading.Thread(target=flag.wait, args=(60,)) for _ in range(3)]
    for each in waits:
        each.start()
    flag.set()
    for each in waits:
        each.join(20)
    assert not any(each.is_alive() for each in waits)


def test_it_says_whether_it_was_set() -> None:
    flag = Flag()
    assert (flag.wait(0), flag.is_set()) == (False, False)
    for _ in range(70_000):  # more than a pipe takes
        flag.set()
    assert (flag.wait(60), flag.is_set()) == (True, True)
