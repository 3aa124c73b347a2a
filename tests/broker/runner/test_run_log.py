"""What becomes of the lines a run writes?"""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.runner import run_log as module
from broker.runner.run_log import LONGEST_LINE, RunLog, logger_for
from tests.broker.runner.bench import claimed_run, run_log, texts
from tests.support.clock import FakeClock

MARK = "\N{REPLACEMENT CHARACTER}"


def test_a_line_is_kept_for_the_database_and_in_the_file_of_the_service(tmp_path: Path) -> None:
    log = run_log(tmp_path / "log", run_id=7, attempt=2, service="mail")
    log.line("info", "sent 3")
    assert log.take() == [(7, 1, 1_800_000_000.0, "info", "sent 3")]
    line = "2027-01-15T08:00:00.000Z run 7/2 info sent 3\n"
    assert (tmp_path / "log" / "mail.log").read_text("utf-8") == line


def test_lines_are_numbered_on_and_handed_out_once(tmp_path: Path) -> None:
    log = run_log(tmp_path)
    log.line("info", "one\ntwo")
    first = log.take()
    log.line("info", "")
    assert [line[1:2] + line[4:] for line in first + log.take()] == [(1, "one"), (2, "two"), (3, "")]
    assert log.take() == []


def test_with_logging_off_only_errors_are_kept_and_no_file_is_written(tmp_path: Path) -> None:
    log = run_log(tmp_path / "log", logging=False)
    for level in ("debug", "info", "warning", "error", "critical"):
        log.line(level, level)
    assert texts(log) == ["error", "critical"]
    assert not (tmp_path / "log").exists()


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    log = run_log(tmp_path)
    log.line("info", "x" * (LONGEST_LINE + 1))
    assert texts(log) == ["x" * LONGEST_LINE]


def test_lines_that_come_faster_than_they_are_written_lose_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEAD", 2)
    monkeypatch.setattr(module, "TAIL", 3)
    log = run_log(tmp_path)
    for number in range(1, 11):
        log.line("info", f"line {number}")
    kept = [line[1] for line in log.take()]
    assert kept == [1, 2, 8, 9, 10]


def test_the_file_of_a_log_without_end_is_cut_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEAD", 2)
    monkeypatch.setattr(module, "TAIL", 1)
    log = run_log(tmp_path)
    for number in range(9):
        log.line("info", f"line {number}")
    written = (tmp_path / "mail.log").read_text().splitlines()
    assert len(written) == 3
    assert written[-1].endswith("the file is cut here: after 3 lines")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b\x1b[31mred\x7f\x9b", [f"a{MARK}b{MARK}[31mred{MARK}{MARK}"]),
        ("half \ud800 a pair", [f"half {MARK} a pair"]),
        ("tab\tand ümlaut 🙂", ["tab\tand ümlaut 🙂"]),
        ("10 %\r20 %\r\ndone", ["10 %", "20 %", "done"]),
    ],
)
def test_what_no_terminal_may_see_is_replaced(tmp_path: Path, given: str, kept: list[str]) -> None:
    log = run_log(tmp_path)
    log.line("info", given)
    assert texts(log) == kept


def test_trouble_with_the_file_reaches_whoever_watches_and_costs_no_line(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    told: list[str] = []
    log = RunLog(claimed_run(), FakeClock(), tmp_path / "log", 1, told.append)
    log.line("info", "sent 3")
    assert (texts(log), told) == (["sent 3"], ["mail.log cannot be written: File exists"])


def test_events_become_lines_with_their_fields_and_their_levels(tmp_path: Path) -> None:
    log = run_log(tmp_path)
    logger = logger_for(log, customer="c1")
    logger.debug("look")
    logger.info("sent %d", 3)
    logger.warning("late", by=2.5)
    logger.bind(host="mx").error("refused")
    logger.critical("worse")
    assert [line[3:] for line in log.take()] == [
        ("debug", "look customer=c1"),
        ("info", "sent 3 customer=c1"),
        ("warning", "late customer=c1 by=2.5"),
        ("error", "refused customer=c1 host=mx"),
        ("error", "worse customer=c1"),
    ]


def test_an_exception_stands_below_its_event(tmp_path: Path) -> None:
    log = run_log(tmp_path)
    try:
        raise ValueError("no such host")
    except ValueError:
        logger_for(log).exception("not sent", to="mx")
    lines = texts(log)
    assert (lines[0], lines[1], lines[-1]) == (
        "not sent to=mx",
        "Traceback (most recent call last):",
        "ValueError: no such host",
    )


def test_a_value_that_is_secret_by_its_name_is_kept_out_of_the_log(tmp_path: Path) -> None:
    log = run_log(tmp_path)
    logger = logger_for(log)
    logger.info("signing in", password="s3cret-one", user="anna", headers={"Authorization": "s3cret-two"})
    (text,) = texts(log)
    assert text == "signing in password=*** user=anna headers={'Authorization': '***'}"
