"""Does a report say what was asked, and can what services wrote in it do no harm?"""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.report.query import ReportProblem, query
from domain.report.table import LONGEST_CELL, Table, table
from domain.report.written import written

UTC = ZoneInfo("UTC")
PARIS = ZoneInfo("Europe/Paris")
MB = 2**20


def item(**values: Any) -> dict[str, Any]:
    return {"id": 1, "service": "a", "state": "succeeded", "duration": 1.0, "at": 1_800_000_000.0, **values}


def made(items: list[dict[str, Any]], rows: int = 100, read: int = 1000, **asked: Any) -> Table:
    return table(query(name="r", kind="runs", **asked), items, UTC, rows, read)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=HYPERLINK("x")', "-2+3|cmd"],  # noqa: RUF001
)
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    file = written(Table(("error",), [(text,)]), "csv", "t", MB)
    (_, (cell,)) = cells(file.content)
    assert cell == f"'{text}"


def test_numbers_and_plain_text_of_a_csv_stay_as_they_are() -> None:
    file = written(Table(("a", "b", "c"), [(-1.5, 'x, "y"\nz', None)]), "csv", "t", MB)
    assert cells(file.content) == [["a", "b", "c"], ["-1.5", 'x, "y"\nz', ""]]


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_no_cell_of_a_page_is_markup() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>&amp;\x00\x1b"
    page = Words()
    page.feed(written(Table(("error",), [(evil,)]), "html", f"T {evil}", MB).content.decode())
    assert page.tags.isdisjoint({"script", "img"})
    assert page.text.count("<script>alert(1)</script>") == 3
    assert "\x00" not in page.text


def test_an_empty_report_says_so() -> None:
    assert b"<p>0 rows</p>" in written(Table(("id",), []), "html", "t", MB).content
    assert cells(written(Table(("id",), []), "csv", "t", MB).content) == [["id"]]


@pytest.mark.parametrize("form", ["csv", "html"])
def test_a_file_stays_within_its_bytes_and_says_that_rows_are_missing(form: str) -> None:
    file = written(Table(("a",), [("x" * 99,)] * 1000), form, "t", 20_000)
    assert len(file.content) <= 20_000
    assert 100 < file.rows < 200
    assert f"only the first {file.rows} rows are here" in file.limit


def test_no_other_format() -> None:
    with pytest.raises(ReportProblem, match="expected csv or html, got 'xlsx'"):
        written(Table((), []), "xlsx", "t", MB)


def test_rows_beyond_the_limit_are_told() -> None:
    found = made([item(id=n) for n in range(5)], rows=3, columns=["id"])
    assert found.rows == [(0,), (1,), (2,)]
    assert found.limit == "only the newest 3 rows are here: that is the limit of a report"
    assert made([item()] * 3, rows=3, columns=["id"]).limit == ""


def test_times_have_their_offset_and_spans_are_seconds() -> None:
    asked = query(name="r", kind="runs", columns=["ended_at", "duration", "day", "error"])
    row = item(ended_at=1_806_454_800.0, at=1_806_454_800.0, duration=0.12345, error="x" * 9999)
    (cells,) = table(asked, [row], PARIS, 9, 9).rows
    assert cells[:3] == ("2027-03-31 03:00:00+02:00", 0.123, "2027-03-31")
    assert len(str(cells[3])) == LONGEST_CELL


def test_groups_are_counted_with_failures_average_and_p95() -> None:
    items = [item(duration=float(n), state="failed" if n > 95 else "succeeded") for n in range(1, 101)]
    items += [item(service="b", state="missed", duration=None)]
    found = made(items, group_by=["service"])
    assert found.rows == [("a", 100, 5, 50.5, 95.0), ("b", 1, 1, None, None)]


def test_the_p95_of_few_is_the_longest() -> None:
    found = made([item(duration=9.0), item(duration=1.0)], group_by=["service"], columns=["p95_duration"])
    assert found.rows == [("a", 9.0)]


def test_groups_and_what_they_count_have_limits_that_are_told() -> None:
    items = [item(service=str(n)) for n in range(10)]
    assert made(items, rows=3, group_by=["service"]).limit.startswith("only the largest 3 groups")
    found = made(items, read=4, group_by=["state"])
    assert found.rows[0][:2] == ("succeeded", 4)
    assert found.limit.startswith("only the newest 4 runs are counted")
