"""Are names shown as people write them, and never as another one?"""

from __future__ import annotations

import pytest

from domain.dns.names import for_people


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("xn--bcher-kva.example", "bücher.example"),
        ("www.xn--bcher-kva.example.", "www.bücher.example"),
        ("xn--a-.example", "xn--a-.example"),
        ("plain.example", "plain.example"),
    ],
)
def test_names_for_people(name: str, shown: str) -> None:
    assert for_people(name) == shown
