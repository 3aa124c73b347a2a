"""Do the small bars tell how long each run took and how it ended, also without colour?"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest

from tests.web.charts.picture import parsed, titles
from web.charts.bars import HEIGHT, MOST, bars

UTC = ZoneInfo("UTC")
START = 1_800_000_000  # 2027-01-15 08:00 UTC


def run(state: str = "succeeded", took: float = 3.2, **more: Any) -> dict[str, Any]:
    ran = {"started_at": float(START), "ended_at": START + took}
    return {"id": 1, "state": state, "outcome": None, "planned_at": START, "reason": None, **ran, **more}


def unserved(state: str, reason: str) -> dict[str, Any]:
    return run(state, started_at=None, ended_at=START + 60.0, reason=reason)


def rects(svg: str) -> list[Element]:
    return [element for element in parsed(svg).iter() if element.tag == "rect"]


def top(svg: str) -> int:
    """How far the only bar stays under the upper edge, in pixels; less is higher."""
    (bar,) = rects(svg)
    return int(bar.attrib["y"])


def look(run: dict[str, Any]) -> tuple[str, ...]:
    """What is left of a bar for who sees no colours: its size and what is cut out of it."""
    svg = bars([run], UTC)
    (bar,) = rects(svg)
    cuts = [element.attrib["d"] for element in parsed(svg).iter() if element.tag == "path"]
    return (bar.attrib["width"], *cuts)


def test_a_bar_says_when_how_long_and_how_it_ended() -> None:
    assert titles(bars([run()], UTC), "done") == ["Fri 15 Jan 08:00, 3.2 s, done"]
    assert titles(bars([run("failed", 250)], ZoneInfo("Asia/Tokyo")), "failed") == [
        "Fri 15 Jan 17:00, 4 min 10 s, failed"
    ]


def test_what_never_ran_is_hollow_and_says_why() -> None:
    svg = bars([unserved("skipped", "paused"), unserved("missed", "node lost")], UTC)
    assert titles(svg, "hollow") == [
        "Fri 15 Jan 08:00, skipped: paused",
        "Fri 15 Jan 08:00, missed: node lost",
    ]


def test_outcomes_differ_in_shape_as_well_as_in_colour() -> None:
    partial = run(outcome="partial")
    ends = [run(), run("failed"), run("cancelled"), unserved("skipped", "paused"), partial]
    assert len({look(each) for each in ends}) == 5


def test_a_longer_run_stands_higher_and_none_leaves_the_picture() -> None:
    tops = [top(bars([run(took=took)], UTC)) for took in (0, 1, 10, 100, 3600, 10**6)]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == 5
    assert (tops[0], tops[-1]) == (HEIGHT - 6, 0)


def test_the_newest_runs_stand_at_the_right() -> None:
    many = [run(took=number) for number in range(MOST + 5)]
    assert titles(bars(many, UTC), "done")[0] == "Fri 15 Jan 08:00, 5.0 s, done"
    assert len(rects(bars(many, UTC))) == MOST
    assert rects(bars([run()], UTC))[0].attrib["x"] == "95"


def test_the_whole_is_told_to_who_cannot_see_it() -> None:
    svg = bars([run(), run(), run("failed")], UTC)
    assert parsed(svg).attrib["aria-label"] == "last 3 runs: 2 done, 1 failed"
    assert parsed(bars([], UTC)).attrib["aria-label"] == "no runs yet"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "a & b"])
def test_texts_of_others_stay_texts(text: str) -> None:
    assert titles(bars([unserved("skipped", text)], UTC), "skipped") == [f"Fri 15 Jan 08:00, skipped: {text}"]
    assert parsed(bars([run(outcome=text)], UTC)).attrib["aria-label"] == f"last 1 runs: 1 {text}"
