"""Can a reader of the timeline tell what waited, what failed and what comes, with and without eyes?"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.timeline import Timeline, arranged
from tests.web.charts.picture import marks, parsed, titles
from web.charts.plot import LEFT, WIDTH
from web.charts.timeline import ROWS, chart, left_out, table

UTC = ZoneInfo("UTC")
NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
HOUR = 3600


def run(
    number: int, ago: float, took: float | None = 1800.0, state: str = "succeeded", **more: Any
) -> dict[str, Any]:
    """A run asked for a quarter of an hour after it was due, and begun a quarter after that."""
    due = NOW - ago
    begun = due + 1800
    return {
        **{"id": number, "node": "n1", "for_node": "", "state": state, "outcome": None, "reason": None},
        **{"planned_at": due, "queued_at": due + 900, "granted_at": begun, "started_at": begun},
        "ended_at": None if took is None else begun + took,
        **more,
    }


def laid(*runs: dict[str, Any], coming: tuple[int, ...] = (), more: int = 0) -> Timeline:
    return arranged("mail", runs, NOW - 22 * HOUR, NOW, coming, more)


def only(svg: str, kind: str) -> dict[str, str]:
    (mark,) = [mark for mark in marks(svg, kind) if mark.tag == "rect"]
    return dict(mark.attrib)


def test_lateness_wait_and_run_follow_each_other_in_scale() -> None:
    svg = chart(laid(run(1, 10 * HOUR)), UTC)
    late, wait, ran = (only(svg, kind) for kind in ("late", "wait", "ran"))
    span = (22 + 22 / 12) * HOUR
    assert float(late["x"]) == pytest.approx(LEFT + 12 * HOUR / span * WIDTH, abs=0.1)
    assert float(wait["x"]) == pytest.approx(float(late["x"]) + float(late["width"]), abs=0.2)
    assert float(ran["x"]) == pytest.approx(float(wait["x"]) + float(wait["width"]), abs=0.2)
    assert float(ran["width"]) == pytest.approx(HOUR / 2 / span * WIDTH, abs=0.2)


def test_each_bar_says_what_happened() -> None:
    svg = chart(laid(run(1, 10 * HOUR, state="failed", reason="no space")), UTC)
    assert titles(svg, "run") == ["run 1, Thu 14 Jan 22:00, failed: no space, waited 15 min, took 30 min"]


def test_a_bad_end_has_a_cross_and_a_good_one_has_none() -> None:
    assert len(marks(chart(laid(run(1, HOUR, state="failed")), UTC), "cross")) == 1
    assert len(marks(chart(laid(run(1, HOUR, state="lost")), UTC), "cross")) == 1
    assert not marks(chart(laid(run(1, HOUR)), UTC), "cross")


def test_what_never_ran_is_a_ring_at_its_planned_time() -> None:
    never = {
        "started_at": None,
        "node": None,
        "reason": "node lost",
        "queued_at": NOW - HOUR,
        "ended_at": NOW,
    }
    svg = chart(laid(run(1, 10 * HOUR, state="missed", **never)), UTC)
    assert not marks(svg, "ran")
    (ring,) = marks(svg, "ring")
    assert float(ring.attrib["cx"]) < LEFT + WIDTH * 0.6
    assert titles(svg, "run") == ["run 1, Thu 14 Jan 22:00, missed: node lost"]
    assert "not on a node" in "".join(parsed(svg).itertext())


def test_open_runs_reach_to_now() -> None:
    waits = run(1, HOUR, None, "queued", started_at=None)
    runs = run(2, 2 * HOUR, None, "running", node="n2")
    svg = chart(laid(waits, runs), UTC)
    now = float(marks(svg, "now")[0].attrib["d"].split()[0][1:])
    for bar in (marks(svg, "wait")[0].attrib, marks(svg, "ran")[0].attrib):
        assert float(bar["x"]) + float(bar["width"]) == pytest.approx(now, abs=0.2)
    assert titles(svg, "run") == [
        "run 1, Fri 15 Jan 07:00, queued, waits for 45 min",
        "run 2, Fri 15 Jan 06:00, running, waited 15 min, runs for 1 h 30 min",
    ]


def test_next_starts_stand_right_of_now() -> None:
    svg = chart(laid(coming=(NOW + HOUR, NOW + 2 * HOUR)), UTC)
    places = [float(mark.attrib["d"].split()[0][1:]) for mark in marks(svg, "coming")]
    now = float(marks(svg, "now")[0].attrib["d"].split()[0][1:])
    assert now < places[0] < places[1]
    assert titles(svg, "coming") == ["planned: Fri 15 Jan 09:00", "planned: Fri 15 Jan 10:00"]


def test_bars_of_several_runs_say_how_many() -> None:
    runs = [
        run(number, HOUR - number, 1.0, queued_at=NOW - HOUR, started_at=NOW - HOUR) for number in range(3)
    ]
    runs = [{**each, "ended_at": NOW - HOUR + 1} for each in runs]
    found = laid(*runs, {**run(9, HOUR, state="failed"), "ended_at": NOW - HOUR + 1})
    assert titles(chart(found, UTC), "run") == ["4 runs from Fri 15 Jan 07:00: 1 failed, 3 succeeded"]
    assert table(found, UTC)[0].state == "1 failed, 3 succeeded"


def test_the_table_has_the_same_in_words_in_the_zone_of_the_site() -> None:
    (row,) = table(laid(run(1, 10 * HOUR)), ZoneInfo("Asia/Tokyo"))
    assert row._asdict() == {
        **{"run": 1, "node": "n1", "due": "Fri 15 Jan 07:00:00", "queued": "Fri 15 Jan 07:15:00"},
        **{"started": "Fri 15 Jan 07:30:00", "ended": "Fri 15 Jan 08:00:00"},
        **{"waited": "15 min", "took": "30 min", "state": "succeeded"},
    }
    many = laid(*(run(number, 21 * HOUR - number * 300, 200) for number in range(ROWS + 20)))
    assert table(many, UTC)[0].run == ROWS + 19
    assert len(table(many, UTC)) == ROWS


def test_the_whole_is_told_to_who_cannot_see_it() -> None:
    label = parsed(chart(laid(run(1, HOUR), run(2, 5 * HOUR, state="lost"), coming=(NOW + 60,)), UTC)).attrib
    assert (
        label["aria-label"]
        == "Timeline of mail since Thu 14 Jan 10:00: 2 runs, 1 failed or lost, 1 starts ahead"
    )
    assert (left_out(laid()), left_out(laid(more=12))) == ("", "12 more not drawn")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "a & b"])
def test_texts_of_others_stay_texts(text: str) -> None:
    svg = chart(laid(run(1, HOUR, state="failed", reason=text, node=text)), UTC)
    assert text in titles(svg, "run")[0]
    assert text in [title.text for title in parsed(svg).iter("title")]
