"""Does the picture of the next day show who has a group, what collides and what is too much?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.domain.forecast.works import every, foreseen
from tests.web.charts.picture import marks, parsed, titles
from web.charts.forecast import MARK, chart
from web.charts.plot import WIDTH

UTC = ZoneInfo("UTC")
TITLES = {"one": "Backup <A>", "two": "Sync"}


def test_each_group_has_a_lane_with_its_holders() -> None:
    svg = chart(foreseen(every(60, 5), every(60, 30, "two", "net")), UTC, TITLES)
    names = [mark.text for mark in marks(svg, "name")]
    assert names == ["disk", "net"]
    said = [title.text for title in parsed(svg).iter("title")]
    assert "Fri 15 Jan 08:05, 30 s: Backup <A>" in said
    assert "Fri 15 Jan 08:30, 30 s: Sync" in said
    assert len(marks(svg, "busy")) == 48


def test_collisions_are_marked_and_say_who_waits() -> None:
    svg = chart(foreseen(every(60, 5), every(60, 5, "two")), UTC, TITLES)
    assert len(marks(svg, "collision")) == 24
    assert titles(svg, "collision")[0] == (
        "Fri 15 Jan 08:05: Backup <A> and Sync want it together, one waits up to 30 s"
    )


def test_a_group_that_is_asked_for_too_much_looks_different() -> None:
    assert not marks(chart(foreseen(every(1)), UTC, TITLES), "full")
    assert marks(chart(foreseen(every(1, usual=70.0)), UTC, TITLES), "full")


def test_a_busy_day_stays_small() -> None:
    svg = chart(foreseen(every(1, usual=20.0), every(1, 0, "two", usual=20.0)), UTC, TITLES)
    assert len(marks(svg, "busy")) <= 880
    collisions = titles(svg, "collision")
    assert len(collisions) <= WIDTH / MARK + 1
    assert collisions[-1].startswith("Sat 16 Jan 07:"), "the evening is marked, the morning is not"


def test_short_turns_with_pauses_make_a_pale_bar() -> None:
    """Twenty of sixty seconds, and all of them."""
    third = chart(foreseen(every(1, usual=20.0)), UTC, TITLES)
    whole = chart(foreseen(every(1, usual=60.0)), UTC, TITLES)
    assert 'fill-opacity="0.33"' in third
    assert "fill-opacity" not in whole


def test_the_whole_is_told_to_who_cannot_see_it() -> None:
    label = parsed(chart(foreseen(every(60, 5), every(60, 5, "two")), UTC, TITLES)).attrib["aria-label"]
    assert label == "The next 24 hours of 1 run groups: 24 collisions, 0 groups asked for more than there is"
    assert parsed(chart(foreseen(), UTC, TITLES)).attrib["aria-label"].startswith("The next 24 hours of 0")
