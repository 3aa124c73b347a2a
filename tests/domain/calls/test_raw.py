"""Do legs come out of their packed columns as they went in, each with its own key?"""

from __future__ import annotations

import os
import random

import numpy as np
import pytest

from domain.calls.raw import RawLeg, RawLegs, Status, key
from domain.rating.legs import Leg, Legs


def random_leg(chance: random.Random) -> RawLeg:
    text = "".join(chance.choice("0123456789abc@.:é日-+ ") for _ in range(chance.randrange(40)))
    few = chance.choice(("10.0.0.1", "10.0.0.2", "", "2001:db8::1"))
    return RawLeg(
        session=text,
        leg=chance.choice((text, "", "1")),
        origin=chance.choice(("orig", "term")),
        status=chance.choice(list(Status)),
        cause=chance.randrange(700),
        setup_at=chance.randrange(2**33),
        at=chance.randrange(2**33),
        volume=chance.choice((0, 60, chance.randrange(86_400))),
        pdd=chance.randrange(10**6),
        scd=chance.randrange(-1000, 10**9),
        src=text[:20],
        dst=text[::-1],
        host=few,
        name=few[:3],
        pin=chance.choice(("", "0042")),
        tags=chance.choice(((), ("a",), ("a", "b"))),
    )


def test_random_legs_come_out_as_they_went_in() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    for count in (0, 1, 2, 300, 5000):
        legs = [random_leg(chance) for _ in range(count)]
        raw = RawLegs.decode(RawLegs.of(legs).encode())
        assert list(raw) == legs
        assert raw.keys("gw") == [key("gw", leg.session, leg.leg, leg.origin) for leg in legs]
        assert len(set(raw.keys("gw"))) == len({(leg.session, leg.leg, leg.origin) for leg in legs})
        wanted = [one if at % 3 == 0 else b"" for at, one in enumerate(raw.keys("gw"))]
        assert raw.keys("gw", np.arange(0, count, 3)) == wanted


def test_line_breaks_and_nul_in_a_text_never_move_the_rows_after_it() -> None:
    leg = random_leg(random.Random(1))
    evil = leg._replace(session="a\nb", leg="c\0d", src="e\rf", dst="\ud800", tags=("x",))
    raw = RawLegs.decode(RawLegs.of([evil, leg]).encode())
    assert [each.session for each in raw] == ["a b", leg.session]
    assert next(iter(raw)).leg == "c d"
    assert list(raw)[1] == leg


def test_the_same_words_at_other_places_are_another_key() -> None:
    legs = [
        ("gw", "a", "b", "orig"),
        ("gw", "ab", "", "orig"),
        ("gw", "a", "b", "term"),
        ("g", "wa", "b", "orig"),
    ]
    assert len({key(*each) for each in legs}) == 4
    assert {len(key(*each)) for each in legs} == {16}


def test_what_was_not_packed_here_is_refused() -> None:
    good = RawLegs.of([random_leg(random.Random(1))]).encode()
    for data in (b"", b"nothing", good[:-10], b"TWL1" + b"\xff" * 20):
        with pytest.raises(ValueError, match=r"packed|legs"):
            RawLegs.decode(data)


def test_the_rater_gets_the_same_as_from_single_legs() -> None:
    leg = random_leg(random.Random(3))._replace(src="4930", dst="+4420", tags=("b", "a"))
    found = RawLegs.of([leg]).legs("gw1")
    one = Leg(
        leg.at,
        leg.volume,
        leg.dst,
        leg.src,
        leg.host,
        leg.name,
        leg.pin,
        "gw1",
        leg.origin,
        frozenset(leg.tags),
    )
    expected = Legs.of([one])
    assert found.dst.texts() == expected.dst.texts() == ["4420"]
    assert found.gateway.values == expected.gateway.values
    assert found.tags.values == expected.tags.values
    assert (found.at.tolist(), found.origin.tolist()) == (expected.at.tolist(), expected.origin.tolist())
