"""A claimed job, as its handler gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """One job in execution.

    `arguments` is an instance of what its kind declares. `own_key` is the name under which the far
    side is told of it, the same for every try. `tries` counts this one; `unsure`: an earlier try
    may have taken effect.
    """

    id: int
    kind: str
    organisation: str
    backend: str
    object: str
    arguments: Any
    own_key: str
    tries: int
    look_ups: int
    unsure: bool
