"""Is a file of objects read as people write them, and is a broken row only its own trouble?"""

from __future__ import annotations

import pytest

from domain.objects.catalogue import find
from domain.objects.csv_file import BadFile, FileRow, opened
from domain.report.written import csv_line

ORGANISATION = find("organisation")


def rows(text: str, encoding: str = "utf-8") -> list[FileRow]:
    return list(opened(ORGANISATION, text.encode(encoding)).rows())


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_marks_and_line_ends_are_found_out(separator: str, encoding: str, end: str) -> None:
    text = end.join([separator.join(["Name", "city"]), separator.join(["Łódź", '"a, b; c"']), ""])
    assert [row.cells for row in rows(text, encoding)] == [{"name": "Łódź", "city": "a, b; c"}]


def test_a_separator_in_a_quoted_heading_does_not_count() -> None:
    assert rows('"Name";Number\na;1\n')[0].cells == {"name": "a", "number": "1"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_in_clear_words(encoding: str) -> None:
    with pytest.raises(BadFile, match="UTF-16"):
        rows("name\nAcme\n", encoding)


def test_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(BadFile, match="line 3 is not UTF-8"):
        rows("name\nAcme\nMüller\n", "latin-1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("city\nBern\n", "column name is missing"),
        ("name,nmae\n", "did you mean name"),
        ("name,Name\n", "twice"),
        ('"name\nAcme\n', "quotes"),
    ],
)
def test_a_heading_that_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        rows(text)


def test_a_row_that_is_broken_loses_nobody_elses() -> None:
    text = 'name,city\na,x\n"b,y\nc\nd,z,more\ne,"two\nlines"\n\nf,5" disk\n'
    read = rows(text)
    assert [(row.line, row.cells.get("name"), bool(row.problem)) for row in read] == [
        *((2, "a", False), (3, None, True), (4, None, True), (5, None, True)),
        *((6, "e", False), (9, "f", False)),
    ]
    assert read[-2].cells["city"] == "two\nlines"


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-x", "@a", "'quoted'", "'=kept", "plain"])
def test_what_was_made_harmless_comes_back_as_it_was(text: str) -> None:
    assert rows("name,note\n" + csv_line(["a", text]))[0].cells["note"] == text
