"""What does `python -m bench` say to words that it cannot take?"""

from __future__ import annotations

import pytest

from bench.__main__ import main
from bench.workload import Size


def test_an_unknown_benchmark_is_refused_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["w1", "w99"]) == 2
    said = capsys.readouterr().out
    assert said.startswith("no benchmark w99: expected w1, w2")


@pytest.mark.parametrize(
    ("word", "said"),
    [("rnus=5", "expected name=value, the names are runs"), ("runs=five", "expected a number")],
)
def test_a_wrong_size_is_refused(word: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["w1", "--size", word]) == 2
    assert said in capsys.readouterr().out


def test_a_size_is_changed_in_its_own_kind() -> None:
    size = Size().changed(["runs=5", "idle=1.5"])
    assert (size.runs, size.idle, size.grouped) == (5, 1.5, Size().grouped)
