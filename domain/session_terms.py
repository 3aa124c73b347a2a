"""How long sessions that have ended and tokens that let nobody in are kept, as an operator may change it."""

from __future__ import annotations

from dataclasses import dataclass, fields

DAY = 86_400.0


@dataclass(frozen=True)
class SessionTerms:
    """Days that they are kept; a transaction ends or deletes at most ``batch`` rows."""

    keep_sessions_days: int = 90
    keep_tokens_days: int = 90
    batch: int = 500

    def __post_init__(self) -> None:
        for each in fields(self):
            most = 10_000 if each.name == "batch" else 3_650
            if not 1 <= getattr(self, each.name) <= most:
                raise ValueError(f"{each.name}: expected 1 to {most}, got {getattr(self, each.name)}")
