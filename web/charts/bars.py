"""The last runs of a service as small bars: height says how long each took, shape and colour how it ended.

Colours come from the style sheet, by class; the shape says the same to who does not see them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import log
from typing import Any
from zoneinfo import ZoneInfo

from web.charts.text import escape, spoken

#: In pixels; a bar every `STEP`.
HEIGHT, WIDTH, STEP = 18, 4, 5
#: How many bars there is room for.
MOST = 20
#: The least and the greatest height of a bar stand for these, in s; between them it grows with the logarithm.
SHORTEST, LONGEST = 0.1, 3600.0
_LEAST = 6

#: What became of a run -> (its class, the mark cut out of its bar).
_CROSS, _SLASH, _DASH = "m0 1l4 4m0-4l-4 4", "m0 5l4-4", "m0 3h4"
_KINDS = {
    "done": ("done", ""),
    "partial": ("partial", _SLASH),
    "failed": ("failed", _CROSS),
    "lost": ("lost", _CROSS),
    "cancelled": ("cancelled", _DASH),
    "skipped": ("hollow skipped", ""),
    "missed": ("hollow missed", ""),
}


def bars(runs: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> str:
    """An SVG of the newest `MOST` of `runs` (`store.run.recent`), the oldest left; times in `zone`.

    A failed or lost run is crossed, a partial one cut slantwise, a cancelled one cut level; skipped and
    missed ones are hollow. The rectangles have the classes of `_KINDS`, the cuts are paths.
    """
    drawn = runs[-MOST:]
    words = [_word(run) for run in drawn]
    left = (MOST - len(drawn)) * STEP
    marks = "".join([_bar(left + place * STEP, run, words[place], zone) for place, run in enumerate(drawn)])
    return (
        f'<svg class="bars" width="{MOST * STEP}" height="{HEIGHT}" viewBox="0 0 {MOST * STEP} {HEIGHT}"'
        f' role="img" aria-label="{_label(words)}">{marks}</svg>'
    )


def _bar(x: int, run: Mapping[str, Any], word: str, zone: ZoneInfo) -> str:
    kind, cut = _KINDS.get(word, ("done", ""))
    started, ended = run["started_at"], run["ended_at"]
    at = started or run["planned_at"] or ended
    said = _minute(int(at // 60), zone)
    if started is None:
        # The line of a hollow bar lies half outside of it.
        cut, place = "", f'x="{x}.5" y="{HEIGHT - _LEAST}.5" width="{WIDTH - 1}" height="{_LEAST - 1}"'
    else:
        took = max(0.0, ended - started)
        height = _height(took)
        place = f'x="{x}" y="{HEIGHT - height}" width="{WIDTH}" height="{height}"'
        said = f"{said}, {spoken(took)}"
        cut = cut and f'<path d="M{x} {HEIGHT - height}{cut}"/>'
    return f'<rect class="{kind}" {place}><title>{said}, {_why(run, word)}</title></rect>{cut}'


def _word(run: Mapping[str, Any]) -> str:
    """What became of it, as the service said if it succeeded."""
    state: str = run["state"]
    return run["outcome"] or "done" if state == "succeeded" else state


def _why(run: Mapping[str, Any], word: str) -> str:
    reason = run.get("reason")
    return f"{word}: {escape(reason)}" if reason and word in ("skipped", "missed") else escape(word)


def _label(words: Sequence[str]) -> str:
    if not words:
        return "no runs yet"
    counts = ", ".join(f"{count} {escape(word)}" for word, count in Counter(words).most_common())
    return f"last {len(words)} runs: {counts}"


def _height(took: float) -> int:
    share = log(max(took, SHORTEST) / SHORTEST) / log(LONGEST / SHORTEST)
    return _LEAST + round(min(share, 1.0) * (HEIGHT - _LEAST))


@lru_cache(maxsize=16384)
def _minute(minute: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(minute * 60, zone):%a %d %b %H:%M}"
