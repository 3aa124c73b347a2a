"""Is nothing lost that a registrar has told before?"""

from __future__ import annotations

import pytest

from domain.dns.registered import merged, moved_back

JOE = {"handle": "H1", "name": "Joe", "email": "joe@example.org", "redacted": False}
HIDDEN = {"handle": "H1", "name": "", "email": "", "redacted": True}


def test_what_is_kept_back_stays_as_it_was_known() -> None:
    found = merged({"admin": JOE}, {"admin": HIDDEN})["admin"]
    assert found == {**JOE, "redacted": True}


def test_another_person_takes_nothing_over() -> None:
    found = merged({"admin": JOE}, {"admin": {**HIDDEN, "handle": "H2"}})["admin"]
    assert found["name"] == ""


def test_what_is_not_redacted_and_empty_is_empty_now() -> None:
    assert merged({"admin": JOE}, {"admin": {**JOE, "email": ""}})["admin"]["email"] == ""
    assert merged({"admin": JOE}, {}) == {}


@pytest.mark.parametrize(
    ("before", "now", "back"),
    [
        (None, 5.0, False),
        (5.0, None, False),
        (1e9, 1e9 - 3_600, False),
        (1e9, 1e9 - 90_000, True),
        (1, 2, False),
    ],
)
def test_an_hour_back_is_no_step_back(before: float | None, now: float | None, back: bool) -> None:
    assert moved_back(before, now) is back
