"""How good one look at a check was: its own verdict first, then the limits on what it measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from domain.monitoring.threshold import Threshold, Worse

Level = Literal["good", "warning", "failed"]

#: Limits of a check that has none of its own: (warning, critical), in its unit. A disk that is full by
#: 90 % is worth a look; a certificate is renewed weeks before it ends. Those of `BELOW` are bad below.
USUAL: dict[str, tuple[float, float]] = {
    "cpu": (90.0, 98.0),
    "memory": (90.0, 97.0),
    "disk": (85.0, 95.0),
    "tls": (21.0, 7.0),
}
BELOW = ("tls",)


def level(
    check: Mapping[str, Any], good: bool, value: float | None, unit: str, before: Level | str
) -> tuple[Level, str]:
    """The level, and what is wrong with the value in words ("" where nothing is).

    `good`: what the look itself says; `before`: the level of the last one, so that with a `slack` in the
    check's settings a value must be better by that much before it counts as good again.
    """
    if not good:
        return "failed", ""
    if value is None:
        return "good", ""
    worse: Worse = "below" if check["kind"] in BELOW else check["direction"]
    slack = float(check["settings"].get("slack", 0.0))
    names: tuple[tuple[Level, float | None, bool], ...] = (
        ("failed", check["critical"], before == "failed"),
        ("warning", check["warning"], before in ("failed", "warning")),
    )
    if check["critical"] is None and check["warning"] is None and check["kind"] in USUAL:
        warning, critical = USUAL[check["kind"]]
        names = (("failed", critical, names[0][2]), ("warning", warning, names[1][2]))
    for found, limit, was in names:
        if limit is None:
            continue
        threshold = Threshold(limit, worse, slack)
        if threshold.crossed(value, before=was):
            return found, threshold.in_words(value, unit)
    return "good", ""
