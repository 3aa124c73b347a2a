"""Do blocks hold all of a file, whole lines only, and can reading go on after any of them?"""

from __future__ import annotations

import csv
import gzip
import os
import random
from pathlib import Path

import pytest

from backends.error import BackendError
from backends.files.blocks import LONGEST_LINE, blocks, content
from backends.files.folder import files, put_away


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_blocks_hold_all_rows_and_never_a_part_of_one(tmp_path: Path, packed: bool) -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(20):
        words = ["a", "bb", "", "x,y", "line\nbreak", 'quote"d', "é日"]
        rows = [[chance.choice(words) for _ in range(4)] for _ in range(chance.randrange(1, 200))]
        path = tmp_path / "a.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
        whole = path.read_bytes()
        path.write_bytes(gzip.compress(whole) if packed else whole)
        found = list(blocks(path, size=chance.randrange(300, 2000)))
        assert "".join(block.text for block in found).encode() == whole
        assert found[-1].end == content(path).size == len(whole)
        assert sum(block.lines for block in found) == whole.count(b"\n")
        read = [row for block in found for row in csv.reader(block.text.splitlines(keepends=True))]
        assert read == rows
        start = chance.choice(found).end
        assert "".join(block.text for block in blocks(path, start)).encode() == whole[start:]


def test_a_line_that_never_ends_is_cut_out_and_the_next_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"one\n" + b"x" * (3 * LONGEST_LINE) + b"\ntwo\nthree\n")
    found = list(blocks(path, size=100_000))
    texts = [block.text for block in found if not block.too_long]
    assert ("".join(texts), [block.too_long for block in found].count(True)) == ("one\ntwo\nthree\n", 1)
    assert found[-1].end == path.stat().st_size


def test_a_quote_that_is_never_closed_ends_no_block_late(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'"open\n' + b"a,b\n" * 10_000)
    assert len(list(blocks(path, size=4000))) > 5


def test_records_end_with_an_empty_line(tmp_path: Path) -> None:
    record = 'Fri Nov 20 10:01:05 2026\n\tAcct-Session-Id = "1"\n\n'
    path = tmp_path / "detail"
    path.write_text(record * 100)
    found = list(blocks(path, records=True, size=170))
    assert len(found) > 10
    assert all(block.text.endswith("\n\n") for block in found)
    assert "".join(block.text for block in found) == record * 100


def test_a_torn_gzip_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(random.Random(1).randbytes(100_000))[:-50])
    with pytest.raises(BackendError, match=r"a\.csv\.gz is packed by gzip, and torn"):
        content(path)


def test_a_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        (tmp_path / "a.csv").write_text(text)
        put_away(tmp_path / "a.csv", tmp_path / "archive")
    assert {each.name: each.path.read_text() for each in files(tmp_path / "archive")} == {
        "a.csv": "one",
        "a.csv.2": "two",
        "a.csv.3": "three",
    }
