"""Do days of calls leave the database only for a file that is good, and come back as they were?"""

from __future__ import annotations

import errno
import gzip
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from actors.context import StopRequested
from actors.service import call
from backends import call_archive
from backends.file_copy import sha256
from domain.calls.packages import Asked, Packages
from store import database
from store.calls import archiving, day_state
from tests.actors.rating.days_scene import (
    DATE,
    MANAGER,
    OLD,
    TAKEN,
    calls,
    context,
    day,
    old_calls,
    own_folder,
    summed,
    totals,
    work,
)
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW, Row

__all__ = ["old_calls", "own_folder"]

pytestmark = pytest.mark.usefixtures("engine_database", "own_folder")


@pytest.mark.covers("statistics_manager", 1)
def test_an_old_day_goes_to_a_file_and_comes_back_as_it_was(old_calls: list[tuple[Any, ...]]) -> None:
    before = totals()
    assert work().counts == {"archived": 1, "restored": 0, "deleted": 0, "legs": 12}
    assert [row[1] for row in calls()] == [DAY]
    assert (day()["state"], day()["legs"], day()["archive_legs"]) == ("archived", 12, 12)
    assert totals() == before
    assert work(args={"restore": DATE}).counts == {"restored": 1, "legs": 12}
    summed()
    assert (calls(), totals(), day()["state"], day()["legs"]) == (old_calls, before, "open", 12)


def test_days_stay_until_somebody_says_how_long(old_calls: list[tuple[Any, ...]]) -> None:
    assert work(Packages()).counts["archived"] == 0
    assert calls() == old_calls


def test_a_day_within_its_term_stays(old_calls: list[tuple[Any, ...]]) -> None:
    assert work(Packages(archive_after=41)).counts["archived"] == 0


def test_calls_that_are_not_summed_yet_keep_their_day_in_the_table(old_calls: list[tuple[Any, ...]]) -> None:
    call_rows.batch([Row(at=OLD * 86400)])
    assert work().counts["archived"] == 0
    assert "not summed yet" in work(args={"archive": DATE}).message
    summed()
    assert work().counts["legs"] == 13


def test_late_calls_of_an_archived_day_stay_with_those_that_come_back(
    old_calls: list[tuple[Any, ...]],
) -> None:
    work()
    call_rows.batch([Row(at=OLD * 86400, cost=7)])
    summed()
    assert (totals(), day()["legs"]) == ((14, 12_000_007), 13)
    assert work(args={"restore": DATE}).counts == {"restored": 1, "legs": 13}
    summed()
    assert (totals(), day()["legs"]) == ((14, 12_000_007), 13)


def test_restored_twice_is_restored_once(old_calls: list[tuple[Any, ...]]) -> None:
    work()
    work(args={"restore": DATE})
    assert work(args={"restore": DATE}).message.endswith(f"{DATE} is not archived")
    assert calls() == old_calls


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize("fault", [_damage, _cut, Path.unlink])
def test_a_damaged_archive_is_refused_and_nothing_of_it_comes_back(
    old_calls: list[tuple[Any, ...]], fault: Callable[[Path], None]
) -> None:
    work()
    left = calls()
    fault(Path(day()["archive_place"]))
    outcome = work(args={"restore": DATE})
    assert outcome.kind == "failed"
    assert f"{DATE} is not restored" in outcome.message
    assert (calls(), day()["state"]) == (left, "archived")


def test_a_file_of_another_format_is_refused(old_calls: list[tuple[Any, ...]]) -> None:
    work()
    path = Path(day()["archive_place"])
    text = gzip.decompress(path.read_bytes()).replace(b'"format": 1', b'"format": 2', 1)
    path.write_bytes(gzip.compress(text))
    digest = sha256(path)
    database.write(lambda tx: tx.run("UPDATE call_day SET archive_sha256 = ? WHERE day = ?", (digest, OLD)))
    assert "format 2, and this release reads 1" in work(args={"restore": DATE}).message
    assert day()["state"] == "archived"


def test_a_full_disk_leaves_the_day_as_it_was(
    old_calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(call_archive, "sync", full)
    outcome = work()
    assert (outcome.kind, "No space left" in outcome.message) == ("failed", True)
    assert (calls(), day()["state"], list(Path("var/calls").iterdir())) == (old_calls, "open", [])
    assert "No space left" in call_rows.table("event")[0]["text"]


def test_a_call_that_comes_while_the_day_is_written_stops_the_archive(
    old_calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = call_archive.count

    def meanwhile(path: Path) -> int:
        call_rows.batch([Row(at=OLD * 86400)])
        return counted(path)

    monkeypatch.setattr(call_archive, "count", meanwhile)
    assert "the day changed meanwhile" in work().message
    assert (len(calls()), day()["state"]) == (14, "open")


def test_a_run_that_was_stopped_is_gone_on_with(old_calls: list[tuple[Any, ...]]) -> None:
    stopped = context()
    stopped.ports.stop_after = 2
    with pytest.raises(StopRequested):
        call(MANAGER, stopped, TAKEN)
    assert day()["state"] == "archiving"
    assert work(Packages()).counts["archived"] == 1
    assert (day()["state"], day()["archive_legs"]) == ("archived", 12)


def test_a_crash_between_file_and_deletion_loses_nothing(
    old_calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(archiving, "_let_go", lambda *given: 1 / 0)
        call(MANAGER, context(), TAKEN)
    assert day()["state"] == "archiving"
    if database.dialect() == "sqlite":
        text = "DELETE FROM xdr WHERE id IN (SELECT id FROM xdr WHERE day = ? LIMIT 5)"
        database.write(lambda tx: tx.run(text, (OLD,)))
    assert work().counts["legs"] == 12
    work(args={"restore": DATE})
    assert calls() == old_calls


def test_a_day_that_another_has_is_left_to_it(old_calls: list[tuple[Any, ...]]) -> None:
    database.write(
        partial(day_state.change, day=OLD, frm=("open",), to="rerating", holder="rerating:1", now=NOW)
    )
    assert work().counts["archived"] == 0
    assert f"{DATE} is not open" in work(args={"archive": DATE}).message


def test_today_is_not_archived(old_calls: list[tuple[Any, ...]]) -> None:
    assert "has not ended" in work(args={"archive": str(archiving.date_of(DAY))}).message


def test_room_is_made_for_the_days_to_come() -> None:
    work(Packages(ahead=2))
    if database.dialect() == "postgresql":
        names = database.read().all(
            """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'xdr'::regclass"""
        )
        assert {f"xdr_{DAY + n}" for n in range(3)} <= {row[0] for row in names}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"archive": "yesterday"}, "expected a day like 2027-01-15"),
        ({"archive": DATE, "delete": DATE}, "expected one of archive, restore and delete"),
        ({"archive": DATE, "roll_back": True}, "it belongs to delete"),
    ],
)
def test_what_cannot_be_asked_is_refused(args: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Asked(**args)


@pytest.mark.covers("summary", 1)
@pytest.mark.covers("statistics_manager_meta_info", 1)
def test_summary_and_meta_info_say_what_is_there(old_calls: list[tuple[Any, ...]]) -> None:
    assert totals() == (13, 12_000_000)
    assert (day()["legs"], day()["rated"], day()["mismatched"], day()["volume"]) == (12, 11, 1, 660)
