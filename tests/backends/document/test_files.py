"""Do printed pages and spreadsheets show every name, and never a formula?"""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from backends.document.fonts import NoFont
from backends.document.pdf import MOST_ROWS, pdf
from backends.document.xlsx import xlsx

#: Names from here and there, also beyond 16 bits, from right to left, and with marks on letters.
NAMES = (
    "Åsa Łukasz",
    "Ελένη",
    "Юлия",
    "ქართული",
    "հայերեն",
    "王小明",
    "한국",
    "ประเทศ",
    "𐍈𐌰",
    "سلام",
    "שלום",
    "हिन्दी",
)
EVIL = ("=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1")


def text_of(file: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)


def cells(file: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(file))
    try:
        return list(book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_is_printed(name: str) -> None:
    """Marks that stand on letters come back in an order of their own, so letters are compared."""
    found = text_of(pdf(("name",), [(name,)], "Names"))
    assert {char for char in name if char.isalpha()} <= set(found)


def test_pages_have_headings_and_numbers_and_a_long_text_goes_on() -> None:
    rows = [(number, "many words " * 30) for number in range(60)]
    file = pdf(("number", "some_text"), rows, "Title", "a note")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(file)).pages]
    assert len(pages) > 1
    assert all("some text" in page for page in pages)
    assert f"2 / {len(pages)}" in pages[1]
    assert "a note" in pages[0]
    assert sum(page.count("many") for page in pages) == 60 * 30


def test_an_empty_table_says_so_and_a_long_one_is_cut() -> None:
    assert "0 rows" in text_of(pdf(("a",), [], "Nothing"))
    found = text_of(pdf(("n",), [(f"row{number:05}",) for number in range(MOST_ROWS + 5)], "Long"))
    assert f"row{MOST_ROWS - 1:05}" in found
    assert f"row{MOST_ROWS:05}" not in found


def test_a_machine_without_fonts_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoFont, match="fonts-dejavu-core"):
        pdf(("a",), [], "Nothing", folders=(tmp_path,))


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    (cell,) = cells(xlsx(("a",), [(text,)], "t"))[1]
    assert cell == text
    assert b"<f>" not in xlsx(("a",), [(text,)], "t")


def test_a_spreadsheet_keeps_numbers_names_and_what_no_cell_takes() -> None:
    rows = [(1, 2.5, None, "東京"), (2**60, float("nan"), "a\x00b", "x" * 40_000)]
    head, first, second = cells(xlsx(("a", "b", "c", "d"), rows, "A: [b]/c"))
    assert head == ("a", "b", "c", "d")
    assert first == (1, 2.5, None, "東京")
    assert second[:3] == (str(2**60), "nan", "a\ufffdb")
    assert len(str(second[3])) == 32_767
