"""Is a value judged by the check's own limits, or the usual ones of its kind?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.monitoring.level import level


def check(kind: str = "http", **values: Any) -> dict[str, Any]:
    return {"kind": kind, "warning": None, "critical": None, "direction": "above", "settings": {}, **values}


@pytest.mark.parametrize(
    ("values", "value", "expected"),
    [
        ({}, 1e9, "good"),
        ({"kind": "disk"}, 84.9, "good"),
        ({"kind": "disk"}, 85.0, "warning"),
        ({"kind": "disk"}, 95.0, "failed"),
        ({"kind": "disk", "critical": 99.0}, 95.0, "good"),
        ({"kind": "tls"}, 21.5, "good"),
        ({"kind": "tls"}, 20.0, "warning"),
        ({"kind": "tls", "warning": 3.0, "direction": "above"}, 20.0, "good"),
        ({"warning": 1.0, "critical": 2.0}, 1.5, "warning"),
        ({"warning": 5.0, "critical": 2.0, "direction": "below"}, 1.5, "failed"),
        ({"critical": 0.0}, None, "good"),
    ],
)
def test_a_value_is_as_bad_as_its_limits_say(
    values: dict[str, Any], value: float | None, expected: str
) -> None:
    assert level(check(**values), True, value, "", "good")[0] == expected


def test_what_failed_itself_has_failed_whatever_it_measured() -> None:
    assert level(check(), False, 0.0, "s", "good") == ("failed", "")


def test_with_a_slack_it_is_good_again_only_when_clearly_better() -> None:
    asked = check("cpu", settings={"slack": 5.0})
    assert level(asked, True, 89.0, "%", "good")[0] == "good"
    assert level(asked, True, 89.0, "%", "warning")[0] == "warning"
    assert level(asked, True, 84.0, "%", "warning")[0] == "good"


def test_it_says_what_is_wrong() -> None:
    assert level(check("memory"), True, 97.5, "%", "good")[1] == "97.5 % is at or above 97 %"
