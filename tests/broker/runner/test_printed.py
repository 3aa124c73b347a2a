"""Where does what services print come to lie?"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from broker.runner import printed
from broker.runner.printed import printed_to
from broker.runner.run_log import LONGEST_LINE, RunLog
from tests.broker.runner.bench import run_log, texts

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture
def log(tmp_path: Path) -> RunLog:
    return run_log(tmp_path)


Divert = Callable[[], io.StringIO]


@pytest.fixture
def divert(monkeypatch: pytest.MonkeyPatch) -> Divert:
    """Divert the two streams from here on; the answer holds what the process itself prints."""

    def diverted() -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        printed.install()
        printed.install()
        return stream

    return diverted


def test_a_run_s_prints_become_lines_of_its_log(divert: Divert, log: RunLog) -> None:
    outside = divert()
    print("before")
    with printed_to(log):
        print("one", 1)
        print("two\nthree", file=sys.stderr)
        print("no newline", end="")
    print("after")
    assert [line[3:] for line in log.take()] == [
        ("info", "one 1"),
        ("warning", "two"),
        ("warning", "three"),
        ("info", "no newline"),
    ]
    assert outside.getvalue() == "before\nafter\n"


def test_two_threads_print_each_into_its_own_log(divert: Divert, tmp_path: Path) -> None:
    outside = divert()
    logs = [run_log(tmp_path, run_id=number) for number in (1, 2)]
    together = threading.Barrier(2)

    def speak(log: RunLog, word: str) -> None:
        with printed_to(log):
            for _ in range(3):
                together.wait(10)
                print(word, end="")
            print()

    threads = [threading.Thread(target=speak, args=(log, word)) for log, word in zip(logs, "ab", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [texts(log) for log in logs] == [["aaa"], ["bbb"]]
    assert outside.getvalue() == ""


def test_a_service_that_fails_leaves_the_thread_s_streams_as_they_were(divert: Divert, log: RunLog) -> None:
    outside = divert()
    with suppress(ValueError), printed_to(log):
        print("begun", end="")
        raise ValueError("no")
    print("after")
    assert (texts(log), outside.getvalue()) == (["begun"], "after\n")


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"plain\n"], ["plain"]),
        ([b"\xff\x00\n"], [MARK * 2]),
        ([b"caf\xc3", b"\xa9\n"], ["café"]),
        ([b"cut \xf0\x9f"], [f"cut {MARK}"]),
        ([bytearray(b"a"), memoryview(b"b")], ["ab"]),
    ],
)
def test_bytes_become_lines_too(divert: Divert, log: RunLog, pieces: list[bytes], lines: list[str]) -> None:
    divert()
    with printed_to(log):
        assert [sys.stdout.buffer.write(piece) for piece in pieces] == [len(piece) for piece in pieces]
    assert texts(log) == lines


def test_half_a_character_does_not_reach_the_next_run(divert: Divert, tmp_path: Path) -> None:
    divert()
    first, second = run_log(tmp_path), run_log(tmp_path)
    with printed_to(first):
        sys.stdout.buffer.write(b"caf\xc3")
    with printed_to(second):
        sys.stdout.buffer.write(b"\xa9\n")
    assert (texts(first), texts(second)) == ([f"caf{MARK}"], [MARK])


def test_output_without_newlines_fills_no_memory(divert: Divert, log: RunLog) -> None:
    divert()
    with printed_to(log):
        for _ in range(200):
            print("x" * 1_000, end="")
        sys.stdout.flush()
        seen = texts(log)
    assert len(seen) == 4
    assert set(seen[:3]) == {"x" * LONGEST_LINE}


@pytest.mark.parametrize(
    "trick",
    [lambda: sys.stdout.close(), lambda: sys.stdout.buffer.close(), lambda: sys.stdout.flush()],
    ids=["close", "close the bytes", "flush"],
)
def test_a_service_cannot_close_what_others_print_to(
    divert: Divert, tmp_path: Path, trick: Callable[[], None]
) -> None:
    outside = divert()
    first, second = run_log(tmp_path), run_log(tmp_path)
    with printed_to(first):
        trick()
    with printed_to(second):
        print("still here")
    print("outside too")
    assert (texts(second), outside.getvalue()) == (["still here"], "outside too\n")


def test_a_run_does_not_need_the_streams_of_its_process(
    divert: Divert, log: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = divert()

    def gone(*_: object) -> None:
        raise BrokenPipeError("who read it is gone")

    monkeypatch.setattr(outside, "write", gone)
    monkeypatch.setattr(outside, "flush", gone)
    with printed_to(log):
        print("one")
    assert texts(log) == ["one"]


def test_streams_tell_what_programs_ask_of_them(divert: Divert, log: RunLog) -> None:
    divert()
    with printed_to(log):
        assert (sys.stdout.encoding, sys.stdout.writable(), sys.stdout.isatty()) == ("utf-8", True, False)


def test_without_diversion_prints_go_where_they_always_went(
    log: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    with printed_to(log):
        print("plain")
    assert (texts(log), stream.getvalue()) == ([], "plain\n")
