"""Is a rate what happened, whatever the counter and its machine did in between?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.rates import Counted, grown, rate, rebooted, share

LINE = 125e6  # bytes a second of a line of 1 Gbit/s


def test_a_rate_is_growth_by_time() -> None:
    assert rate(Counted(100, 1000), Counted(110, 3000)) == 200


def test_a_counter_of_32_bits_wraps() -> None:
    assert grown(Counted(0, 2**32 - 100, 32), Counted(10, 50, 32)) == 150


def test_a_counter_of_64_bits_that_went_back_began_anew() -> None:
    assert grown(Counted(0, 10**15, 64), Counted(10, 50, 64)) is None


def test_seconds_that_went_back_say_nothing() -> None:
    assert grown(Counted(0, 500.0), Counted(10, 3.0)) is None


def test_a_machine_that_started_in_between_says_nothing() -> None:
    assert grown(Counted(0, 100, 32, up=5000), Counted(300, 4_000_000, 32, up=120)) is None


def test_a_machine_that_started_while_nobody_looked_is_noticed() -> None:
    assert rebooted(Counted(0, 0, up=100), Counted(1000, 0, up=50))
    assert not rebooted(Counted(0, 0, up=100), Counted(1000, 0, up=1099))


def test_no_time_no_rate() -> None:
    assert rate(Counted(10, 1), Counted(10, 2)) is None
    assert rate(Counted(10, 1), Counted(9, 2)) is None


def test_time_enough_for_two_wraps_says_nothing() -> None:
    assert grown(Counted(0, 5, 32), Counted(300, 6, 32), fastest=LINE) is None
    assert grown(Counted(0, 5, 32), Counted(30, 6, 32), fastest=LINE) == 1


def test_what_would_be_faster_than_the_line_says_nothing() -> None:
    assert grown(Counted(0, 2000, 32), Counted(10, 1000, 32), fastest=LINE) is None


def test_share_of_a_whole() -> None:
    busy, whole = (Counted(0, 10), Counted(60, 25)), (Counted(0, 100), Counted(60, 160))
    assert share(busy, whole) == 25
    assert share(busy, (Counted(0, 100), Counted(60, 100))) is None


@given(
    st.integers(0, 2**40),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3_000_000_000)), min_size=1, max_size=50),
)
def test_the_growths_of_a_wrapping_counter_add_up(start: int, steps: list[tuple[int, int]]) -> None:
    total, now, seen = start, 0, 0.0
    earlier = Counted(0, total % 2**32, 32)
    for seconds, more in steps:
        total, now = total + more, now + seconds
        later = Counted(now, total % 2**32, 32)
        growth = grown(earlier, later)
        assert growth is not None
        seen += growth
        earlier = later
    assert seen == total - start


@given(st.floats(0, 1e15), st.floats(0, 1e15), st.sampled_from([0, 32, 64]), st.floats(0.01, 1e5))
def test_a_rate_is_never_below_nothing(before: float, now: float, bits: int, seconds: float) -> None:
    limit = 2.0**bits if bits else 1e16
    found = rate(Counted(0, before % limit, bits), Counted(seconds, now % limit, bits))
    assert found is None or found >= 0
