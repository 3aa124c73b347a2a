"""Does a form's or a request's schedule become the rule that was meant, or say what is wrong by field?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.time.given import fields_of, rule_given
from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule

FIVE = Periodic(5, 2)
DAILY = FixedTime(("05:30",), "Europe/Paris", ("mon",))


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (FIVE, {}, FIVE),
        (FIVE, {"period": 10}, Periodic(10, 2)),
        (Periodic(30, 20), {"period": 10}, Periodic(10)),
        (FIVE, {"align": 4}, Periodic(5, 4)),
        (FIVE, {"times": "05:30, 17:30"}, FixedTime(("05:30", "17:30"))),
        (FIVE, {"kind": "on_demand"}, OnDemand()),
        (DAILY, {"zone": "", "weekdays": []}, FixedTime(("05:30",))),
        (DAILY, {"days": ["1", "last"]}, FixedTime(("05:30",), "Europe/Paris", ("mon",), (1, "last"))),
        (DAILY, {"period": 15, "times": [], "zone": None}, Periodic(15)),
        (
            FIVE,
            {"kind": "periodic", "period": 6, "align": 0, "times": [], "zone": "", "days": ""},
            Periodic(6),
        ),
    ],
)
def test_what_is_not_given_stays(before: Rule, given: dict[str, Any], after: Rule) -> None:
    assert rule_given(before, given) == (after, {})


@pytest.mark.parametrize(
    ("before", "given", "fields"),
    [
        (FIVE, {"period": 10, "times": ["05:30"]}, {"kind"}),
        (FIVE, {"kind": "daily"}, {"kind"}),
        (FIVE, {"kind": "daemon"}, {"kind"}),
        (Daemon(), {"kind": "periodic", "period": 5}, {"kind"}),
        (DAILY, {"kind": "periodic"}, {"period"}),
        (FIVE, {"kind": "periodic", "times": ["05:30"]}, {"times"}),
        (FIVE, {"period": 5, "align": 5}, {"align"}),
        (
            FIVE,
            {"kind": "fixed_time", "times": ["5:30", "25:00"], "zone": "Pari", "days": [0]},
            {"times", "zone", "days"},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(before: Rule, given: dict[str, Any], fields: set[str]) -> None:
    assert set(rule_given(before, given)[1]) == fields


@pytest.mark.parametrize("rule", [FIVE, DAILY, OnDemand(), Daemon()])
def test_the_fields_of_a_rule_give_that_rule(rule: Rule) -> None:
    before = rule if isinstance(rule, Daemon) else OnDemand()
    assert rule_given(before, fields_of(rule)) == (rule, {})
