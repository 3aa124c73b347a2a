"""Which backups go, and is the newest kept whatever the clock does?"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta

import pytest

from domain.backup import BackupPlan, made_at, name_at, past_term

START = datetime(2027, 1, 15, 5, 30, tzinfo=UTC)


def days(count: int) -> list[str]:
    """One backup a day, oldest first."""
    return [name_at(START + timedelta(days=day), sealed=False) for day in range(count)]


def test_a_name_says_when_and_whether_it_is_sealed() -> None:
    assert name_at(START, sealed=True) == "tickworks-20270115T053000Z.tar.gz.sealed"
    assert made_at(name_at(START, sealed=True)) == made_at(name_at(START, sealed=False)) == START


@pytest.mark.parametrize("name", ["x.tar.gz", "tickworks-20271315T053000Z.tar.gz", days(1)[0] + ".part"])
def test_other_files_are_no_backups(name: str) -> None:
    assert made_at(name) is None


def test_the_newest_of_the_last_days_and_weeks_stay() -> None:
    names = days(60)
    gone = past_term(names[-1], names, daily=3, weekly=4)
    stay = [name for name in names if name not in gone]
    assert stay[-3:] == names[-3:]
    # The last day of each of four weeks; those of the newest two are among the three days.
    assert [made_at(name).isoweekday() for name in stay[:-3]] == [7, 7]  # type: ignore[union-attr]


def test_of_several_backups_of_a_day_the_newest_stays() -> None:
    names = [name_at(START + timedelta(hours=hour), sealed=False) for hour in range(4)]
    later = name_at(START + timedelta(days=3), sealed=False)
    assert past_term(later, [*names, later], daily=5, weekly=5) == names[2::-1]


def test_one_made_in_need_does_not_push_out_the_last_good_ones() -> None:
    names = [name_at(START + timedelta(hours=hour), sealed=False) for hour in range(0, 48, 6)]
    assert past_term(names[-1], names, daily=1, weekly=1) == []


def test_after_a_clock_set_back_nothing_of_the_future_goes() -> None:
    future = days(40)
    made = name_at(START - timedelta(days=90), sealed=False)
    assert past_term(made, [*future, made], daily=1, weekly=1) == []


def test_backups_of_the_future_take_nobodys_place() -> None:
    names = days(20)
    gone = past_term(names[9], names, daily=4, weekly=1)
    assert [name for name in names[:10] if name not in gone] == names[6:10]


def test_files_of_others_never_go() -> None:
    assert past_term(days(1)[0], ["notes.txt", "tickworks.db"], 1, 1) == []


def test_by_chance_the_one_just_made_and_all_after_it_stay() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"TICKWORKS_TEST_SEED={seed}")
    chance = random.Random(seed)
    for _ in range(300):
        moments = [START + timedelta(hours=chance.randrange(5000)) for _ in range(chance.randrange(1, 40))]
        names = [name_at(moment, chance.random() < 0.5) for moment in moments]
        made = chance.choice(names)
        gone = past_term(made, names, chance.randrange(1, 5), chance.randrange(1, 5))
        assert made not in gone
        assert all(made_at(name) <= made_at(made) for name in gone)  # type: ignore[operator]
        assert max(names, key=lambda name: (made_at(name), name == made)) not in gone


@pytest.mark.parametrize("values", [{"keep_daily": 0}, {"keep_weekly": 0}, {"folder": ""}])
def test_a_plan_that_keeps_nothing_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        BackupPlan(**values)  # type: ignore[arg-type]
