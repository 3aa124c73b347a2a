"""Does the reader of our own format take made-up calls, all but those that shall be damaged?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.calls.formats.made import Read
from domain.calls.formats.own import Common
from domain.calls.formats.twice import Order
from domain.calls.made_up import BLOCK, DAMAGED, Batch, lines
from domain.sample.codes import deck

START = 1_800_000_000


def read(batch: Batch) -> Read:
    text = "".join(lines(batch))
    return Common(ZoneInfo("UTC"), Order(), text.partition("\n")[0]).read(text, 1)


def test_every_call_has_two_good_legs_within_the_span_and_in_order() -> None:
    found = read(Batch(BLOCK + 500, START, 3600))
    assert found.bad == []
    assert len(found.legs) == 2 * (BLOCK + 500)
    begins = found.legs.setup_at[: BLOCK + 500].tolist()
    assert begins == sorted(begins)
    assert begins[0] >= START
    assert begins[-1] < START + 3600
    assert len(set(found.legs.session)) == BLOCK + 500


def test_damaged_rows_are_one_in_a_hundred_and_each_has_its_reason() -> None:
    found = read(Batch(1000, START, 3600, damaged=True))
    assert len(found.bad) == 1000 // DAMAGED
    assert len({each.reason for each in found.bad}) == 5


def test_numbers_begin_with_codes_of_the_sample() -> None:
    codes = {each.code for each in deck()}
    for number in read(Batch(500, START, 60)).legs.dst:
        assert any(number[:length] in codes for length in range(1, 8))


def test_the_deck_is_large_and_the_same_each_time() -> None:
    first = deck()
    deck.cache_clear()
    assert deck() == first
    assert len({each.code for each in first}) == len(first) >= 20_000
