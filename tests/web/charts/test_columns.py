"""Do columns stand as high as their figures say, and say them too?"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from web.charts.columns import HIGH, columns, number, top

ZONE = ZoneInfo("Europe/Berlin")
AT = [1_800_000_000 + n * 3600 for n in range(3)]


@pytest.mark.parametrize(
    ("most", "end"), [(0, 1), (1, 1), (1.1, 2), (3, 5), (7, 10), (64, 100), (0.03, 0.05), (200, 200)]
)
def test_a_scale_ends_at_a_round_number(most: float, end: float) -> None:
    assert top(most) == pytest.approx(end)


def test_a_column_is_as_high_as_its_figure_and_none_stands_for_nothing_known() -> None:
    text = columns([50, None, 100], AT, 3600, ZONE, "Attempts <all>")
    heights = [float(each) for each in re.findall(r'class="bar"[^>]*height="([\d.]+)"', text)]
    assert heights == [HIGH / 2, HIGH]
    assert "Fri 15 Jan 09:00: 50</title>" in text
    assert "Attempts &lt;all&gt;: 3 hours, at most 100 on Fri 15 Jan 11:00" in text


def test_figures_below_zero_and_no_figures_are_drawn_as_nothing() -> None:
    assert 'class="bar"' in columns([-5.0, 0, 0], AT, 3600, ZONE, "Cost")
    assert "nothing in this time" in columns([None] * 3, AT, 3600, ZONE, "ACD")
    assert "nothing in this time" in columns([], [], 3600, ZONE, "ACD")


def test_numbers_have_no_more_decimals_than_say_something() -> None:
    assert [number(each) for each in (5, 1234.56, 0.125, 70.0)] == ["5", "1,235", "0.12", "70"]
