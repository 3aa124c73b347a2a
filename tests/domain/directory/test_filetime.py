"""Are the times of a directory read as it means them?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.directory.filetime import (
    NEVER,
    NO_LIMIT,
    Expiry,
    account_expiry,
    filetime,
    generalised,
    moment,
    password_expiry,
    span,
    stored_expiry,
    stored_span,
)

MOMENTS = st.datetimes(datetime.fromisoformat("1601-01-02"), timezones=st.just(UTC))
#: The number of Unix's beginning, as Windows's own headers have it.
EPOCH, EPOCH_AT = 116444736000000000, datetime(1970, 1, 1, tzinfo=UTC)


def test_a_known_number_is_its_moment() -> None:
    assert (moment(EPOCH), moment(EPOCH + 25)) == (EPOCH_AT, EPOCH_AT + timedelta(microseconds=2))


@given(MOMENTS)
def test_a_moment_comes_back(at: datetime) -> None:
    assert moment(filetime(at)) == at


@pytest.mark.parametrize("value", [0, -1, NEVER, NEVER - 1])
def test_what_no_calendar_has_is_no_moment(value: int) -> None:
    assert moment(value) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        filetime(datetime.fromisoformat("2026-01-01"))


def test_a_moment_before_1601_is_refused() -> None:
    with pytest.raises(ValueError, match="1601"):
        filetime(datetime(1600, 12, 31, tzinfo=UTC))


def test_zero_is_now_for_a_password_and_never_for_an_account() -> None:
    assert (password_expiry(0), account_expiry(0)) == (Expiry("now"), Expiry("never"))


@pytest.mark.parametrize("rule", [password_expiry, account_expiry])
def test_the_largest_number_is_never(rule: Callable[[int], Expiry]) -> None:
    assert rule(NEVER) == Expiry("never")
    assert rule(EPOCH) == Expiry("at", EPOCH_AT)


@given(MOMENTS)
def test_an_expiry_is_stored_as_it_is_read(at: datetime) -> None:
    for expiry in (Expiry("at", at), Expiry("never")):
        assert account_expiry(stored_expiry(expiry)) == expiry


def test_an_account_cannot_expire_at_the_next_sign_in() -> None:
    with pytest.raises(ValueError, match="moment"):
        stored_expiry(Expiry("now"))


def test_spans_are_negative_and_may_have_no_limit() -> None:
    assert span(-36288000000000) == timedelta(days=42)
    assert span(-18000000000) == timedelta(minutes=30)
    assert (span(0), span(NO_LIMIT)) == (None, None)


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=10000)))
def test_a_span_comes_back(length: timedelta) -> None:
    assert span(stored_span(length)) == length


def test_generalised_time_has_its_zone() -> None:
    assert generalised("20261121215514.0Z") == datetime(2026, 11, 21, 21, 55, 14, tzinfo=UTC)
    assert generalised("20261121215514.0+0130") == datetime(
        2026, 11, 21, 21, 55, 14, tzinfo=timezone(timedelta(minutes=90))
    )
    assert generalised("20261121215514+01").hour == 20


@pytest.mark.parametrize("text", ["", "now", "2026112121551Z", "20261321215514.0Z", "20261121215514"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        generalised(text)
