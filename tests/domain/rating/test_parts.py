"""Is a leg rated the same when only the legs of some clients are wanted?"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from domain.rating.at_work import LEFT
from domain.rating.legs import Legs
from domain.rating.rating import Rated, rate
from tests.domain.rating import universe
from tests.domain.rating.test_agreement import book

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or Random().randrange(2**31))
COLUMNS = ("reason", "rule", "account", "client", "table", "code", "rate", "billed", "charge", "cost")


@pytest.mark.parametrize("number", range(10))
def test_what_is_wanted_comes_out_as_if_all_were(number: int) -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}")
    random = Random(f"{SEED}/{number}")
    asked = book(universe.site(random))
    legs = Legs.of([universe.leg(random) for _ in range(300)])
    whole = rate(asked, legs)
    parts = [rate(asked, legs, lambda client, part=part: client % 2 == part) for part in (0, 1)]  # type: ignore[misc]
    own = [np.nonzero(each.reason != LEFT)[0] for each in parts]
    assert sorted(np.concatenate(own).tolist()) == list(range(300))
    for each, rows in zip(parts, own, strict=True):
        assert (each.client == whole.client).all()
        assert said(each, rows) == said(whole, rows)


def said(rated: Rated, rows: Ints) -> dict[str, Any]:
    places = rows.tolist()
    found: dict[str, Any] = {name: getattr(rated, name)[rows].tolist() for name in COLUMNS}
    found["dst"] = [rated.dst.texts()[at] for at in places]
    found["tags"] = [rated.sets[rated.tags[at]] for at in places]
    found["additive"] = sorted(
        more
        for these in rated.additive
        for more in zip(*(column.tolist() for column in these), strict=True)
        if more[0] in set(places)
    )
    return found
