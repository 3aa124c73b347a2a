"""Are the charts of durations fed with lists of one length, of runs that did the work?"""

from __future__ import annotations

from store import database
from tests.support import rows
from tests.web.shown.conftest import Scene
from web.shown import durations

DAY = 86_400.0


def ran(scene: Scene, number: int, ago: float, took: float, state: str = "succeeded") -> None:
    end = scene.clock.now() - ago
    start = end - took
    rows.run(number, state, end, service="adder", started_at=start, queued_at=start - 2)


def test_short_times_are_shown_by_the_hour_and_long_ones_by_the_day(scene: Scene) -> None:
    tx = database.read()
    one, month = durations.series(scene.site, tx, "adder", 1), durations.series(scene.site, tx, "adder", 30)
    assert (one["step"], len(one["at"])) == ("hour", 25)
    assert (month["step"], len(month["at"])) == ("day", 31)
    for found in (one, month):
        lists = [value for value in found.values() if isinstance(value, list)]
        assert {len(each) for each in lists} == {len(found["at"])}


def test_durations_are_of_good_runs_and_failures_are_counted(scene: Scene) -> None:
    for number in range(1, 5):
        ran(scene, number, number, 10.0 * number)
    ran(scene, 9, 9, 999.0, "failed")
    found = durations.series(scene.site, database.read(), "adder", 1)
    last = {key: value[-2] for key, value in found.items() if isinstance(value, list)}
    assert last == {
        **{"at": int(scene.clock.now() - 3600), "runs": 5, "p50": 20.0, "p95": 40.0},
        **{"queue_p50": 2.0, "queue_p95": 2.0, "failures": 1},
    }
    assert found["p50"][0] is None
    assert found["complete"]
