"""Does a live edit of a schedule take effect, and does the preview tell what it comes to?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Site


def preview(site: Site, name: str, *words: str) -> Any:
    said = site.say("schedule", name, *words, "--json")
    assert said.code == 0, said.err
    return said.json


@pytest.mark.covers("page", "Update Time Interval", "Period")
def test_an_edit_is_in_force_and_says_that_it_is_live(known: Site) -> None:
    assert known.say("schedule", "adder", "--every", "7", "--align", "3").code == 0
    row = known.service("adder")
    assert (row["schedule"], row["schedule_source"]) == ("every 7 min from 00:03", "live")
    assert (row["kind"], row["period"], row["align"]) == ("periodic", 7, 3)
    assert row["next_due_at"] is not None


def test_the_preview_alone_changes_nothing(known: Site) -> None:
    said = preview(known, "everywhere", "--preview", "3")
    assert [start[11:16] for start in said["next"]] == ["04:00"] * 3
    assert known.service("everywhere")["schedule_source"] == "code"


def test_a_dry_run_shows_what_an_edit_would_come_to(known: Site) -> None:
    said = preview(known, "everywhere", "--at", "05:30,17:30", "--dry-run", "--preview", "2")
    assert sorted(start[11:16] for start in said["next"]) == ["05:30", "17:30"]
    assert known.service("everywhere")["schedule"] == "04:00"


def test_five_starts_are_shown_unless_told_otherwise(known: Site) -> None:
    assert len(preview(known, "sleeping")["next"]) == 5


def test_a_start_that_a_clock_change_moves_is_told(known: Site) -> None:
    said = known.say("schedule", "everywhere", "--at", "02:30", "--zone", "Europe/Berlin")
    assert "does not exist on" in said.err
    assert "comes twice on" in said.err


def test_one_part_is_changed_and_the_others_stay(known: Site) -> None:
    known.say("schedule", "everywhere", "--at", "05:30", "--weekdays", "mon,fri", "--zone", "Europe/Paris")
    known.say("schedule", "everywhere", "--days", "1,15,last")
    row = known.service("everywhere")
    assert row["schedule"] == "05:30 Europe/Paris mon,fri days 1,15,last"
    known.say("schedule", "everywhere", "--weekdays", "", "--zone", "")
    assert known.service("everywhere")["schedule"] == "05:30 days 1,15,last"


def test_revert_goes_back_to_the_code(known: Site) -> None:
    known.say("schedule", "everywhere", "--every", "5")
    assert known.say("schedule", "everywhere", "--revert").code == 0
    row = known.service("everywhere")
    assert (row["schedule"], row["schedule_source"]) == ("04:00", "code")


def test_the_file_stands_between_the_code_and_an_edit(site: Site) -> None:
    site.file.write_text(site.file.read_text() + "[service.everywhere]\nperiod = 10\n")
    site.say("maintenance", "off")
    row = site.service("everywhere")
    assert (row["schedule"], row["schedule_source"]) == ("every 10 min", "file")


def test_misfire_and_overlap_are_edited_without_the_schedule(known: Site) -> None:
    assert known.say("schedule", "adder", "--misfire", "all", "--overlap", "queue_all").code == 0
    row = known.service("adder")
    assert (row["misfire"], row["overlap"], row["schedule"]) == ("all", "queue_all", "on demand")


def test_a_service_without_planned_times_has_an_empty_preview(known: Site) -> None:
    assert preview(known, "adder")["next"] == []
