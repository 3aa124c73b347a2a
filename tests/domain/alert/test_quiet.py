"""Which alerts does a mute or a window keep quiet, and for how long?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from domain.alert.quiet import Mute, Window, why_quiet

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC
UTC = ZoneInfo("UTC")


def mute(rule: str | None = None, about: str | None = None, until: float | None = None) -> Mute:
    return Mute(1, rule, about, until, "anna", "known", 0.0)


@pytest.mark.parametrize(
    ("rule", "about", "quiet"),
    [
        ("failing", None, True),
        ("missed", None, False),
        (None, "service mail", True),
        (None, "service ma", False),
        (None, "service ma*", True),
        ("failing", "service other", False),
        ("failing", "service *", True),
        (None, "node *", False),
    ],
)
def test_a_mute_means_its_rule_and_its_object(rule: str | None, about: str | None, quiet: bool) -> None:
    said = why_quiet("failing", "service mail", [mute(rule, about)], [], NOW, UTC)
    assert (said is not None) is quiet


def test_a_mute_ends_at_its_time() -> None:
    told = [
        why_quiet("failing", "beat", [mute("failing", until=NOW + 60)], [], at, UTC) for at in (NOW, NOW + 60)
    ]
    assert told == ["muted by anna until 2027-01-15 08:01: known", None]


def test_a_window_is_quiet_from_its_begin_to_its_end() -> None:
    window = Window(1, None, NOW, NOW + 3600, "ben", None)
    quiet = [why_quiet("failing", "beat", [], [window], NOW + at, UTC) for at in (-1, 0, 3599, 3600)]
    said = "maintenance window until 2027-01-15 09:00, planned by ben"
    assert quiet == [None, said, said, None]


def test_a_window_of_one_node_leaves_the_others_loud() -> None:
    window = Window(1, "node n1", NOW, NOW + 3600, "ben", "disk")
    assert why_quiet("node_lost", "node n1", [], [window], NOW, UTC)
    assert why_quiet("node_lost", "node n2", [], [window], NOW, UTC) is None
