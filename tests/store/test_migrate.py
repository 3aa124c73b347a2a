"""Is the schema brought up to date once, by whoever comes first?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database, migrate
from store.errors import DatabaseError
from store.run import step
from tests.support import rows

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    postgresql = request.param == "postgresql"
    address = request.getfixturevalue("postgresql_url") if postgresql else f"sqlite:///{tmp_path}/t.db"
    database.open(address)
    yield address
    database.close()


def test_processes_that_start_at_once_apply_each_script_once(url: str) -> None:
    program = (
        "import sys\n"
        "from store import database, migrate\n"
        "database.open(sys.argv[1])\n"
        "input()\n"
        "print(' '.join(migrate.up()) or 'nothing')\n"
    )
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        for _ in range(4)
    ]
    said = []
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in started:
        said.append(one.communicate(timeout=60)[0].strip())
    assert [one.returncode for one in started] == [0, 0, 0, 0]
    names = [path.stem for path in sorted(migrate.FOLDER.glob("[0-9]*.py"))]
    assert sorted(said) == sorted([" ".join(names), "nothing", "nothing", "nothing"])
    assert migrate.pending() == []


def release(folder: Path, *more: str) -> Path:
    """The scripts of a release that has these besides ours; each makes a table of its name."""
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in more:
        text = f"def up(migrator, db):\n    db.execute_sql('CREATE TABLE made_by_{name} (n INTEGER)')\n"
        (folder / f"{name}.py").write_text(text)
    return folder


def migrated_at_once(url: str, *releases: Path) -> list[str]:
    """What each release says that starts at the same moment: the scripts it applied, or why not."""
    program = (
        "import sys, pathlib\n"
        "from store import database, migrate\n"
        "from store.errors import DatabaseError\n"
        "migrate.FOLDER = pathlib.Path(sys.argv[2])\n"
        "database.open(sys.argv[1])\n"
        "input()\n"
        "try:\n"
        "    print(' '.join(migrate.up()) or 'nothing')\n"
        "except DatabaseError as error:\n"
        "    print(error)\n"
    )
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, url, each], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
        )
        for each in releases
    ]
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[0].strip() for one in started]
    assert [one.returncode for one in started] == [0] * len(started)
    return said


def test_of_two_releases_with_other_scripts_one_migrates_and_the_other_is_refused(
    url: str, tmp_path: Path
) -> None:
    names = ("9998_red", "9998_blue")
    said = migrated_at_once(url, *(release(tmp_path / name, name) for name in names))
    ours = [path.stem for path in sorted(migrate.FOLDER.glob("[0-9]*.py"))]
    (won,) = [name for name, words in zip(names, said, strict=True) if words == " ".join([*ours, name])]
    (lost,) = set(names) - {won}
    assert said[names.index(lost)] == (
        f"the database was written by a newer release ({won}): upgrade this one"
    )
    database.read().all(f"SELECT * FROM made_by_{won}")
    with pytest.raises(DatabaseError):
        database.read().all(f"SELECT * FROM made_by_{lost}")


def test_the_newer_of_two_releases_migrates_whoever_comes_first(url: str, tmp_path: Path) -> None:
    newer = release(tmp_path / "newer", "9998_added")
    ours = [path.stem for path in sorted(migrate.FOLDER.glob("[0-9]*.py"))]
    older, said = migrated_at_once(url, migrate.FOLDER, newer)
    refused = "the database was written by a newer release (9998_added): upgrade this one"
    assert (older, said) in [(" ".join(ours), "9998_added"), (refused, " ".join([*ours, "9998_added"]))]
    assert migrate.newer() == ["9998_added"]
    assert migrate.check() == ["9998_added"]  # so the older one's nodes go on


def test_what_is_pending_is_named_and_applied_in_order(url: str) -> None:
    names = [path.stem for path in sorted(migrate.FOLDER.glob("[0-9]*.py"))]
    assert migrate.pending() == names
    assert migrate.up() == names
    assert (migrate.pending(), migrate.up()) == ([], [])


def test_a_database_of_a_newer_release_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(migrate.FOLDER, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "9999_later.py").write_text("def up(migrator, db):\n    pass\n")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", newer)
        migrate.up()
    with pytest.raises(DatabaseError, match=r"written by a newer release \(9999_later\): upgrade this one"):
        migrate.up()


def test_a_script_that_fails_is_undone_and_told(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.up()
    broken = tmp_path / "broken"
    shutil.copytree(migrate.FOLDER, broken, ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "9999_broken.py").write_text(
        "def up(migrator, db):\n"
        "    db.execute_sql('CREATE TABLE half (n INTEGER)')\n"
        "    db.execute_sql('nonsense')\n"
    )
    monkeypatch.setattr(migrate, "FOLDER", broken)
    with pytest.raises(DatabaseError, match="migration failed"):
        migrate.up()
    assert migrate.pending() == ["9999_broken"]
    with pytest.raises(DatabaseError):
        database.read().all("SELECT * FROM half")


def test_steps_that_ran_before_steps_could_be_apart_are_kept(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tmp_path / "before"
    shutil.copytree(migrate.FOLDER, before, ignore=lambda _, names: [n for n in names if n >= "0030"])
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", before)
        migrate.up()
    rows.run(1, "succeeded", 9.0)
    kept = {"run_id": 1, "n": 2, "title": "Copy", "state": "failed", "error": "no", "service": "mail"}
    rows.put("run_step", **kept, started_at=3.0)
    migrate.up()
    (row,) = step.of_run(database.read(), 1)
    assert (kept.items() <= row.items(), row["own_run"]) == (True, None)
    assert [each["error"] for each in step.history(database.read(), "mail", "Copy", 9)] == ["no"]
    rows.put("run_step", run_id=1, n=3, title="Mail", state="apart", own_run=1, started_at=3.0)
    with pytest.raises(DatabaseError):
        rows.put("run_step", run_id=1, n=4, title="Mail", state="asleep", started_at=3.0)
    database.write(lambda tx: tx.run("DELETE FROM run"))
    assert step.of_run(database.read(), 1) == []
