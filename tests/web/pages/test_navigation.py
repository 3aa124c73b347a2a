"""Does the frame show where one is, and only what one may open?"""

from __future__ import annotations

import pytest

from web.pages.header import PLACES, navigation


def everything(role: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("path", "lit"),
    [
        ("/", "Services"),
        ("/services/cleaner", "Services"),
        ("/runs/17", "Runs"),
        ("/events/rules", "Events"),
        ("/hooks", "Events"),
        ("/hooks/calls/3", "Events"),
        ("/zones", "Hosting"),
        ("/calls/days", "Calls"),
        ("/settings/profiles", "Settings"),
    ],
)
def test_the_entry_of_a_page_is_lit_and_no_other(path: str, lit: str) -> None:
    entries, _, _ = navigation(path, everything, {place.profile for place in PLACES})
    assert [entry.title for entry in entries if entry.here] == [lit]


def test_the_pages_of_an_area_stand_below_its_entry() -> None:
    _, area, parts = navigation("/checks", everything, {"monitoring"})
    assert (area, [part.path for part in parts]) == ("Monitoring", ["/servers", "/checks"])
    assert [part.title for part in parts if part.here] == ["Checks"]


def test_a_page_of_no_area_has_no_second_row() -> None:
    assert navigation("/runs", everything, ())[1:] == ("", [])


def test_who_may_not_open_a_page_sees_no_entry_of_it() -> None:
    entries, _, _ = navigation("/", lambda role: role == "viewer", ())
    assert "Settings" not in [entry.title for entry in entries]


def test_of_two_entries_that_hold_a_page_the_nearer_is_lit() -> None:
    _, _, parts = navigation("/calls/days", everything, {"voice"})
    assert [part.title for part in parts if part.here] == ["Days"]


def test_pages_of_a_profile_that_is_off_have_no_entry() -> None:
    entries, _, _ = navigation("/", everything, ())
    assert not {"Calls", "Hosting", "Monitoring"} & {entry.title for entry in entries}


def test_an_unknown_page_lights_nothing() -> None:
    entries, area, parts = navigation("/nowhere", everything, ())
    assert not any(entry.here for entry in entries)
    assert (area, parts) == ("", [])
