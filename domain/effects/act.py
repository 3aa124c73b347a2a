"""One thing a service wants to do to the world outside, as it asks for leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Effect = Literal["read", "local", "outward", "destroy"]
EFFECTS: tuple[str, ...] = get_args(Effect)
#: What an observing family holds back.
HELD: tuple[Effect, ...] = ("outward", "destroy")
LONGEST_KEY = 200
LONGEST_WHAT = 500
LONGEST_DETAIL = 20_000


@dataclass(frozen=True, kw_only=True)
class Act:
    """``what`` would be done, in one plain line; ``key`` is the same whenever the same act is meant.

    `detail` is plain JSON, shown to whoever decides; it holds no secret.
    """

    family: str
    service: str
    effect: str
    what: str
    key: str
    step: str | None = None
    organisation: str | None = None
    object: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def detail_text(self) -> str:
        """The detail as JSON text."""
        return json.dumps(dict(self.detail), sort_keys=True, default=str)


def holds(effect: str) -> bool:
    """Whether an observing family holds back acts of this effect. Raises ValueError for no effect."""
    if effect not in EFFECTS:
        raise ValueError(f"effect: expected one of {', '.join(EFFECTS)}, got {effect!r}")
    return effect in HELD


def checked(act: Act) -> Act:
    """The same act. Raises ValueError naming what its author must mend."""
    if not act.key or len(act.key) > LONGEST_KEY:
        raise ValueError(f"key: expected 1 to {LONGEST_KEY} characters that stay the same for the same act")
    if not act.what or len(act.what) > LONGEST_WHAT or "\n" in act.what:
        raise ValueError(f"what: expected one line of at most {LONGEST_WHAT} characters, got {act.what!r}")
    if len(act.detail_text) > LONGEST_DETAIL:
        raise ValueError(f"detail: longer than {LONGEST_DETAIL} characters; keep it short or name a file")
    return act
