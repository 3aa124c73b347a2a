"""Does the benchmark of the rating find that both raters charge the same?"""

from __future__ import annotations

from bench import rating


def test_it_tells_its_figures_of_equal_sums() -> None:
    told = rating.main(calls=500, rounds=1, codes=300)
    assert [what for what, _, _ in told][:1] == ["rating in memory, from columns"]
