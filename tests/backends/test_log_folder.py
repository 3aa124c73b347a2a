"""Do the oldest lines go, and only as many as must?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backends import log_folder


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_folder, "CHUNK", 64)


def line(second: int) -> str:
    return f"2027-01-01T00:{second // 60:02}:{second % 60:02}.000Z run 1/1 info line {second:04}\n"


LINE = len(line(0))


def fill(path: Path, seconds: range) -> Path:
    path.write_text("".join(map(line, seconds)))
    return path


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_below_the_limit_nothing_is_touched(tmp_path: Path) -> None:
    fill(tmp_path / "a.log", range(10))
    assert log_folder.cut(tmp_path, 10 * LINE) == (0, 0, ())
    assert size(tmp_path) == 10 * LINE


def test_the_oldest_lines_of_all_files_go(tmp_path: Path) -> None:
    old = fill(tmp_path / "quiet.log", range(0, 40))
    new = fill(tmp_path / "noisy.log", range(40, 200))
    log_folder.cut(tmp_path, 100 * LINE)
    assert old.read_text() == ""
    kept = new.read_text().splitlines(keepends=True)
    assert kept == [line(second) for second in range(200 - len(kept), 200)]
    assert 98 <= len(kept) <= 100


def test_no_line_goes_that_may_stay(tmp_path: Path) -> None:
    path = fill(tmp_path / "a.log", range(10))
    log_folder.cut(tmp_path, 9 * LINE)
    assert path.read_text() == "".join(map(line, range(1, 10)))


def test_files_of_the_same_time_are_cut_alike(tmp_path: Path) -> None:
    paths = [fill(tmp_path / f"{name}.log", range(100)) for name in "ab"]
    log_folder.cut(tmp_path, 100 * LINE)
    lengths = [len(path.read_text().splitlines()) for path in paths]
    assert max(lengths) - min(lengths) <= 2
    assert size(tmp_path) <= 100 * LINE


def test_a_cut_tells_of_its_size(tmp_path: Path) -> None:
    fill(tmp_path / "a.log", range(100))
    cut = log_folder.cut(tmp_path, 50 * LINE)
    assert (cut.files, cut.bytes) == (1, 100 * LINE - size(tmp_path))


def test_a_line_longer_than_a_chunk_goes_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(line(0).strip() + "x" * 1000 + "\n" + line(1) + line(2))
    log_folder.cut(tmp_path, 2 * LINE)
    assert path.read_text() == line(1) + line(2)


def test_lines_written_by_others_are_dropped_by_the_files_age(tmp_path: Path) -> None:
    strange = tmp_path / "strange.log"
    strange.write_bytes(b"\xff\x00 no time\n" * 50)
    os.utime(strange, (0, 0))
    ours = fill(tmp_path / "ours.log", range(20))
    log_folder.cut(tmp_path, 20 * LINE)
    assert strange.read_bytes() == b""
    assert len(ours.read_text()) == 20 * LINE


def test_a_rotated_file_goes_whole(tmp_path: Path) -> None:
    packed = tmp_path / "a.log.1.gz"
    packed.write_bytes(b"\x1f\x8b" * 400)
    os.utime(packed, (0, 0))
    fill(tmp_path / "a.log", range(10))
    log_folder.cut(tmp_path, 10 * LINE + 100)
    assert not packed.exists()
    assert size(tmp_path) == 10 * LINE


def test_what_a_writer_appends_meanwhile_stays(tmp_path: Path) -> None:
    path = fill(tmp_path / "a.log", range(100))
    with path.open("a") as writer:

        def append() -> bool:
            writer.write(line(100))
            writer.flush()
            return False

        log_folder.cut(tmp_path, 50 * LINE, stopping=append)
        append()
    lines = path.read_text().splitlines(keepends=True)
    assert lines == [line(second) for second in range(lines_from(lines), 101)] + [line(100)]


def lines_from(lines: list[str]) -> int:
    return int(lines[0].split()[-1])


def test_links_and_other_files_are_left_alone(tmp_path: Path) -> None:
    elsewhere = fill(tmp_path / "data.txt", range(100))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "link.log").symlink_to(elsewhere)
    fill(tmp_path / "logs" / "notes.txt", range(100))
    assert log_folder.cut(tmp_path / "logs", 1) == (0, 0, ())
    assert elsewhere.stat().st_size == 100 * LINE


def test_a_file_that_cannot_be_cut_is_named_and_the_others_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "bad.log", range(10))
    good = fill(tmp_path / "good.log", range(10))
    drop = log_folder._drop

    def refuse(path: Path, size: int) -> None:
        if path.name == "bad.log":
            raise OSError(30, "Read-only file system")
        drop(path, size)

    monkeypatch.setattr(log_folder, "_drop", refuse)
    cut = log_folder.cut(tmp_path, 2)
    assert cut.refused == ("bad.log: Read-only file system",)
    assert good.read_text() == ""


def test_a_stop_leaves_the_other_files_as_they_are(tmp_path: Path) -> None:
    for name in "ab":
        fill(tmp_path / f"{name}.log", range(10))
    assert log_folder.cut(tmp_path, 1, stopping=lambda: True) == (0, 0, ())
    assert size(tmp_path) == 20 * LINE


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert log_folder.cut(tmp_path / "none", 1) == (0, 0, ())
