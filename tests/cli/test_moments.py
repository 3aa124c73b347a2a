"""Are spans and instants of the command line understood?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import typer

from cli.moments import ahead, back

NOW = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("2 H", 7200), ("1d", 86_400)]
)
def test_a_span_counts_from_now(text: str, seconds: float) -> None:
    assert ahead(text, "--until", NOW, BERLIN) == NOW + seconds
    assert back(text, "--since", NOW, BERLIN) == NOW - seconds


def test_an_instant_is_taken_as_it_is() -> None:
    assert ahead("2027-01-15T08:00:10Z", "--until", NOW, BERLIN) == NOW + 10


def test_an_instant_without_a_zone_is_of_the_site() -> None:
    assert ahead("2027-01-15T09:00:10", "--until", NOW, BERLIN) == NOW + 10


@pytest.mark.parametrize("text", ["", "soon", "30", "30x", "-5m", "2027-13-01"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        back(text, "--since", NOW, BERLIN)
