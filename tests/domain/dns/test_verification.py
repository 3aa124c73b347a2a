"""Is a token proved by what all servers say, and by nothing less?"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from domain.dns.verification import DAY, HOUR, is_over, judged, next_look


@dataclass(frozen=True)
class Answer:
    state: str
    values: tuple[str, ...] = ()
    alias: str = "elsewhere."
    server: str = "ns1"
    text: str = "what it said"


HAS, HAS_NOT = Answer("found", ("token",)), Answer("found", ("another",), server="ns2")


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([HAS], "proved"),
        ([HAS, HAS], "proved"),
        ([HAS, HAS_NOT], "no"),
        ([HAS, Answer("no_name")], "no"),
        ([HAS, Answer("failed"), Answer("unreachable"), Answer("not_authoritative")], "proved"),
        ([Answer("found", ("other", ' "token" '))], "proved"),
        ([Answer("found", ("token-and-more",))], "no"),
        ([Answer("found", ("TOKEN",))], "no"),
        ([Answer("alias", ("token",))], "no"),
        ([Answer("no_data")], "no"),
        ([Answer("failed")], "unsure"),
        ([Answer("refused"), Answer("unreachable"), Answer("invalid")], "unsure"),
        ([], "unsure"),
    ],
)
def test_the_verdict(answers: list[Answer], verdict: str) -> None:
    found = judged(answers, "token")
    assert found.verdict == verdict
    assert found.text


def test_who_lacks_it_is_named() -> None:
    assert judged([HAS, HAS_NOT], "token").text == "published at 1 of 2 name servers; not yet at ns2"


def test_a_domain_is_given_up_when_somebody_says_no_and_later_when_nobody_does() -> None:
    assert not is_over("no", 0, 14 * DAY, 14 * DAY - 1)
    assert is_over("no", 0, 14 * DAY, 14 * DAY)
    assert not is_over("unsure", 0, 14 * DAY, 20 * DAY)
    assert is_over("unsure", 0, 14 * DAY, 28 * DAY)


def test_looks_become_rare_after_a_day() -> None:
    assert next_look(0, 900) == 900
    assert HOUR - 120 < next_look(0, 2 * DAY) - 2 * DAY <= HOUR
