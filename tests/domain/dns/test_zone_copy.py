"""Do increments come to what the whole zone says?"""

from __future__ import annotations

import os
import random

import pytest

from domain.dns.zone_copy import DoesNotFit, Row, fingerprint, increment, whole

SEED = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(10**6)))


def row(number: int, ttl: int = 300) -> Row:
    return Row(f"host{number}.example.", ttl, "A", "192.0.2.1")


def known(rows: set[Row]) -> dict[str, int]:
    return {fingerprint(each): each.ttl for each in rows}


def after(before: dict[str, int], gone: set[str], new: dict[str, Row]) -> dict[str, int]:
    left = {mark: ttl for mark, ttl in before.items() if mark not in gone}
    assert not left.keys() & new.keys(), "what comes is not there any more"
    return left | {mark: each.ttl for mark, each in new.items()}


def test_steps_and_the_whole_zone_come_to_the_same() -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for _ in range(300):
        before = {row(n, chance.choice((60, 300))) for n in chance.sample(range(12), 6)}
        there, steps = {each.name: each for each in before}, []
        for _ in range(chance.randrange(12)):
            each = row(chance.randrange(12), chance.choice((60, 300)))
            old = there.pop(each.name, None)
            if old is not None:
                steps.append(("-", old))
            if old is None or chance.random() < 0.6:
                steps.append(("+", each))
                there[each.name] = each
        start = known(before)
        by_steps = increment(start, steps)
        by_whole = whole(start, there.values())
        assert after(start, by_steps.gone, by_steps.new) == known(set(there.values()))
        assert (by_steps.new, by_steps.gone) == (by_whole.new, by_whole.gone)


@pytest.mark.parametrize("step", [("-", row(2)), ("+", row(1))])
def test_steps_that_speak_of_another_zone_do_not_fit(step: tuple[str, Row]) -> None:
    with pytest.raises(DoesNotFit):
        increment(known({row(1)}), [step])


def test_another_ttl_is_no_loss_and_another_name_is() -> None:
    changes = whole(known({row(1), row(2)}), [row(1, 60)])
    assert changes.vanished == {fingerprint(row(2))}
    assert changes.gone == {fingerprint(row(1)), fingerprint(row(2))}
