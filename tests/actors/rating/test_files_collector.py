"""What becomes of files that lie in a collector's folder."""

from __future__ import annotations

import gzip
import os
from functools import partial
from pathlib import Path

import pytest

from actors.collecting import reading
from backends.files import blocks
from store import database
from store.call_file import loading
from store.tx import Tx
from tests.actors.rating.collecting_scene import HEAD, NOW, Scene, bad_rows, files, legs, row, sessions, text
from tests.support import memory


@pytest.fixture
def scene(engine_database: str, tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture
def sqlite_scene(sqlite_engine_database: str, tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.mark.covers("files_collector", 1)
def test_a_finished_file_becomes_legs_and_lies_in_the_archive(scene: Scene) -> None:
    scene.collector()
    scene.put("a.csv", text(row(1), row(2)))
    outcome, _ = scene.run()
    assert (outcome.kind, outcome.counts) == ("done", {"files": 1, "legs": 4, "bad": 0, "growing": 0})
    assert [(leg.session, leg.origin, leg.volume) for leg in legs()] == [
        ("s1", "orig", 60),
        ("s2", "orig", 60),
        ("s1", "term", 60),
        ("s2", "term", 60),
    ]
    [file] = files()
    assert file["state"] == "loaded"
    assert Path(file["place"]) == scene.data / "archive/in/2026-11-20/a.csv"
    assert Path(file["place"]).exists()
    assert not list(scene.folder.iterdir())


def test_one_bad_row_never_loses_the_rest(scene: Scene) -> None:
    scene.collector()
    rows = [row(1), row(2, duration=-5), row(3) + ",more", "nonsense", row(4, dst='"44'), row(5)]
    scene.put("a.csv", text(*rows))
    scene.run()
    assert sessions() == {"s1": 1, "s5": 1}
    assert bad_rows() == [
        (3, "its duration is negative"),
        (4, "it has 22 columns: expected 21"),
        (5, "it has 1 columns: expected 21"),
        (6, "a quote in it is not closed"),
    ]
    assert [(each["state"], each["bad"], each["legs"]) for each in files()] == [("loaded", 4, 4)]


def test_a_growing_file_is_left_alone_until_it_is_quiet(scene: Scene) -> None:
    scene.collector(finished_after=60)
    path = scene.put("a.csv", text(row(1)), age=10)
    outcome, _ = scene.run()
    assert outcome.counts["growing"] == 1
    assert path.exists()
    assert not legs()
    scene.later(600)
    scene.run()
    assert sessions() == {"s1": 1}


def test_a_file_from_the_future_is_read_when_two_looks_saw_the_same(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.collector(finished_after=60)
    scene.put("a.csv", text(row(1)), age=-86_400)
    scene.run()
    assert not legs()
    scene.later(30)
    scene.put("a.csv", text(row(1), row(2)), age=-86_400)
    scene.run()
    assert not legs()
    scene.later(61)
    scene.run()
    assert sessions() == {"s1": 1, "s2": 1}


def test_the_same_content_under_two_names_counts_once(scene: Scene) -> None:
    scene.collector()
    scene.put("a.csv", text(row(1)))
    scene.put("b.csv", text(row(1)))
    scene.put("c.csv.gz", gzip.compress(text(row(1)).encode()))
    scene.run()
    assert sessions() == {"s1": 1}
    assert sorted(each["state"] for each in files()) == ["loaded", "repeated", "repeated"]
    assert not list(scene.folder.iterdir())


def test_a_name_that_is_used_again_is_another_file(scene: Scene) -> None:
    scene.collector()
    scene.put("Master.csv", text(row(1)))
    scene.run()
    scene.later(600)
    scene.put("Master.csv", text(row(2)))
    scene.run()
    assert sessions() == {"s1": 1, "s2": 1}
    assert [Path(each["place"]).name for each in files()] == ["Master.csv", "Master.csv.2"]


def test_a_torn_gzip_file_is_quarantined_whole_with_its_reason_beside(scene: Scene) -> None:
    scene.collector()
    packed = gzip.compress("".join(text(*map(row, range(5000)))).encode())
    scene.put("a.csv.gz", packed[:-200])
    outcome, _ = scene.run()
    assert outcome.counts["quarantined"] == 1
    assert not legs()
    assert (scene.data / "quarantine/in/a.csv.gz").exists()
    assert "torn" in (scene.data / "quarantine/in/a.csv.gz.reasons.txt").read_text()
    said = database.read().value("SELECT text FROM event WHERE severity = 'warning'")
    assert said.startswith("c1: the file a.csv.gz is in quarantine:")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b,c\n1,2,3\n", "its first line is no header: it has no column session_id, src, dst, setup_at"),
        (text("x", "y"), "none of its rows is right"),
        (b"\x00\x01\x02" * 1000, "its first line is no header"),
    ],
    ids=["header", "rows", "binary"],
)
def test_what_is_no_file_of_calls_is_quarantined(sqlite_scene: Scene, content: str | bytes, why: str) -> None:
    sqlite_scene.collector()
    sqlite_scene.put("a.csv", content)
    sqlite_scene.run()
    [file] = files()
    assert (file["state"], file["text"][: len(why)]) == ("quarantined", why)


def test_an_empty_file_and_one_with_a_header_only_are_no_trouble(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.collector()
    scene.put("a.csv", "")
    scene.put("b.csv", text())
    scene.put("c.csv", text(row(1)))
    outcome, _ = scene.run()
    assert outcome.kind == "done"
    assert {each["name"]: each["state"] for each in files()} == {
        "a.csv": "repeated",
        "b.csv": "loaded",
        "c.csv": "loaded",
    }


class Crash(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("at", range(9))
def test_a_crash_between_any_two_blocks_neither_loses_nor_doubles_a_call(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    scene.collector()
    scene.put("a.csv", text(*map(row, range(100))))
    monkeypatch.setattr(blocks.blocks, "__kwdefaults__", {"records": False, "size": 2000})
    write, left = database.write, at

    def failing(work: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise Crash
        return write(work)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", failing)
        outcome, _ = scene.run()
    assert outcome.kind == "failed"
    scene.run()
    assert sessions() == {f"s{number}": 1 for number in range(100)}
    assert [each["state"] for each in files()] == ["loaded"]


def test_a_turn_that_is_over_goes_on_where_it_stopped(
    sqlite_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = sqlite_scene
    scene.collector()
    scene.put("a.csv", text(*map(row, range(100)), "nonsense"))
    monkeypatch.setattr(blocks.blocks, "__kwdefaults__", {"records": False, "size": 2000})
    monkeypatch.setattr(reading.Turn, "is_over", lambda turn: turn.counts["legs"] >= 50)
    for _ in range(20):
        outcome, _ = scene.run()
        if outcome.kind == "done":
            break
        assert "the rest waits for the next turn" in outcome.message
    assert sessions() == {f"s{number}": 1 for number in range(100)}
    assert bad_rows() == [(102, "it has 1 columns: expected 21")]


def test_a_file_that_grows_while_it_is_read_is_not_put_away(
    sqlite_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = sqlite_scene
    scene.collector()
    path = scene.put("a.csv", text(row(1)))
    content = blocks.content

    def growing(*given: object) -> object:
        found = content(*given)  # type: ignore[arg-type]
        with path.open("a") as file:
            file.write(row(2) + "\n")
        return found

    monkeypatch.setattr(blocks, "content", growing)
    scene.run()
    monkeypatch.undo()
    assert path.exists()
    at = scene.now.timestamp()
    os.utime(path, (at, at))
    scene.later(3600)
    scene.run()
    assert set(sessions()) == {"s1", "s2"}
    assert not path.exists()


def test_a_disk_that_is_full_leaves_the_file_and_counts_it_once(
    sqlite_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = sqlite_scene
    scene.collector()
    path = scene.put("a.csv", text(row(1)))

    def full(*given: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", full)
        outcome, _ = scene.run()
    assert outcome.message == "a.csv stays in its folder: No space left on device"
    assert path.exists()
    scene.later(600)
    scene.run()
    assert sessions() == {"s1": 1}
    assert not path.exists()
    assert [each["state"] for each in files()] == ["loaded"]


def test_hidden_half_written_and_linked_files_are_not_taken(sqlite_scene: Scene, tmp_path: Path) -> None:
    scene = sqlite_scene
    scene.collector(mask="*.csv*")
    scene.put(".a.csv", text(row(1)))
    scene.put("b.csv.part", text(row(2)))
    scene.put("notes.txt", text(row(3)))
    (tmp_path / "secret.csv").write_text(text(row(4)))
    (scene.folder / "c.csv").symlink_to(tmp_path / "secret.csv")
    scene.run()
    assert not files()


def test_files_of_a_gateway_whose_calls_come_by_radius_are_left_alone(sqlite_scene: Scene) -> None:
    sqlite_scene.collector(source_of_record="radius")
    path = sqlite_scene.put("a.csv", text(row(1)))
    sqlite_scene.run()
    assert path.exists()
    assert not files()


def test_stamps_are_of_the_gateways_zone(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.collector(gateway_zone="Europe/Berlin")
    local = {"setup_at": "2026-11-20 10:00:00", "connect_at": "", "disconnect_at": "2026-11-20 10:01:05"}
    scene.put("a.csv", text(row(1, **local)))
    scene.run()
    assert {leg.at for leg in legs()} == {1_795_165_205}


def _again(file_id: int, tx: Tx) -> bool:
    return loading.again(tx, file_id, "by ann", NOW.timestamp())


def test_a_mended_file_is_read_again_from_where_it_lies(scene: Scene) -> None:
    scene.collector()
    scene.put("a.csv", text(row(1)).replace("session_id", "id"))
    scene.put("b.csv", text(row(2), row(3, duration=-5)))
    scene.run()
    first, second = files()
    assert (first["state"], second["state"], second["bad"]) == ("quarantined", "loaded", 1)
    Path(first["place"]).write_text(text(row(1)))
    Path(second["place"]).write_text(text(row(2), row(3)))
    for file in (first, second):
        assert database.write(partial(_again, file["id"]))
    scene.later(600)
    scene.run()
    assert set(sessions()) == {"s1", "s2", "s3"}
    assert [(each["state"], each["bad"]) for each in files()] == [("loaded", 0), ("loaded", 0)]
    assert not bad_rows()
    assert not list((scene.data / "quarantine/in").iterdir())


def test_a_file_that_vanishes_before_it_is_read_says_so(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.collector(finished_after=60)
    path = scene.put("a.csv", text(row(1)), age=0)
    scene.run()
    path.unlink()
    scene.later(600)
    scene.run()
    [file] = files()
    assert file["state"] == "quarantined"
    assert "is not there any more" in file["text"]


def test_a_file_of_any_size_is_read_in_the_same_memory(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.collector()
    note = "," + "x" * 2_000
    lines = "".join(f"{row(number, term_host='')}{note}\n" for number in range(1_000))
    with gzip.open(scene.put("a.csv.gz", b""), "wb", compresslevel=1) as packed:
        packed.write(f"{HEAD},note\n".encode())
        for _ in range(100):
            packed.write(lines.encode())
    with scene.put("b.csv", b"").open("wb") as endless:
        endless.truncate(200 << 20)  # no line ends in it
    for name in ("a.csv.gz", "b.csv"):
        os.utime(scene.folder / name, (NOW.timestamp() - 3600,) * 2)
    with memory.height() as taken:
        scene.run()
    a, b = files()
    assert [(each["state"], each["legs"]) for each in (a, b)] == [("loaded", 100_000), ("quarantined", 0)]
    assert a["bytes_read"] > 200_000_000
    assert taken.bytes < 64 << 20
