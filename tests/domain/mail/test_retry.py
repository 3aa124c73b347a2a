"""Is a mail tried again later and later, and at last not at all?"""

from __future__ import annotations

from domain.mail.retry import next_try


def test_the_waits_grow_and_end() -> None:
    minutes = [((next_try(0, tries, 8) or 0) / 60) for tries in range(1, 9)]
    assert minutes == [1, 5, 15, 60, 240, 240, 240, 0]
    assert next_try(0, 8, 8) is None


def test_what_may_have_arrived_waits_longer() -> None:
    assert next_try(100, 1, 8, unknown=True) == 100 + 15 * 60
    assert next_try(100, 4, 8, unknown=True) == 100 + 60 * 60
