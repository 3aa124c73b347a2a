"""Are a service's runs laid out by node, with no more bars than can be told apart?"""

from __future__ import annotations

from typing import Any

from domain.timeline import COLUMNS, MOST, Timeline, arranged

HOUR = 3600
NOW = 24 * HOUR


def run(
    number: int, at: float, took: float | None = 10.0, state: str = "succeeded", **more: Any
) -> dict[str, Any]:
    """A run that was planned, asked for and begun at `at`."""
    times = {"planned_at": at, "queued_at": at, "granted_at": at, "started_at": at}
    ended = None if took is None else at + took
    return {
        **{"id": number, "node": "n1", "for_node": "", "state": state, "outcome": None, "reason": None},
        **times,
        "ended_at": ended,
        **more,
    }


def laid(*runs: dict[str, Any], coming: tuple[int, ...] = (), more: int = 0) -> Timeline:
    return arranged("mail", runs, 0, NOW, coming, more)


def counts(found: Timeline) -> list[list[int]]:
    return [[bar.count for bar in lane.bars] for lane in found.lanes]


def test_each_node_has_a_lane_and_those_without_one_share_theirs() -> None:
    missed = run(3, 50, state="missed", node=None, started_at=None)
    bound = run(4, 60, None, "queued", node=None, for_node="n2", started_at=None)
    found = laid(run(1, 10, node="n2"), run(2, 20, node="n1"), missed, bound)
    assert [(lane.node, [bar.run for bar in lane.bars]) for lane in found.lanes] == [
        ("", [3]),
        ("n1", [2]),
        ("n2", [1, 4]),
    ]


def test_short_runs_of_one_column_are_one_bar_that_shows_the_worst() -> None:
    found = laid(run(1, 0), run(2, 60), run(3, 120, state="failed"), run(4, 4 * HOUR))
    assert counts(found) == [[3, 1]]
    bar = found.lanes[0].bars[0]
    assert (bar.state, bar.states, bar.run) == ("failed", (("failed", 1), ("succeeded", 2)), 3)
    assert (bar.begin, bar.ended_at) == (0, 130)


def test_a_long_run_stays_a_bar_of_its_own() -> None:
    assert counts(laid(run(1, 0, 2 * HOUR), run(2, 60), run(3, 70))) == [[1, 2]]


def test_a_service_of_each_minute_has_at_most_a_bar_for_each_column() -> None:
    found = laid(*(run(number, number * 60) for number in range(1440)))
    assert len(found.lanes[0].bars) <= COLUMNS
    assert sum(bar.count for bar in found.lanes[0].bars) == 1440
    assert found.more == 0


def test_the_oldest_bars_give_way_and_are_counted() -> None:
    runs = [run(number, number * 60, node=f"n{number % 4}") for number in range(1440)]
    found = laid(*runs, more=7)
    drawn = [bar for lane in found.lanes for bar in lane.bars]
    assert len(drawn) == MOST
    assert found.more == 7 + 1440 - sum(bar.count for bar in drawn)
    assert min(bar.begin for bar in drawn) > 0


def test_it_ends_soon_after_the_last_start_ahead() -> None:
    assert laid().end == NOW + 2 * HOUR
    assert laid(coming=(NOW + 60, NOW + 20 * HOUR)).end == NOW + 21 * HOUR
    assert laid(coming=(NOW + 24 * HOUR,)).end == NOW + 24 * HOUR


def test_a_run_that_is_tried_again_waits_and_does_not_run() -> None:
    again = run(1, 100, None, "queued", queued_at=500.0, started_at=120.0)
    bar = laid(again).lanes[0].bars[0]
    assert (bar.started_at, bar.wait, bar.begin) == (None, None, 100)


def test_the_wait_is_from_asked_for_to_begun() -> None:
    assert laid(run(1, 100, started_at=142.0, ended_at=150.0)).lanes[0].bars[0].wait == 42
