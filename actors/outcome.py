"""What a service says about the run it has just done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

OutcomeKind = Literal["done", "partial", "failed"]


@dataclass(frozen=True)
class Outcome:
    """The result of a run: its kind, counts for the operator, and a sentence.

    ``done``: all of the work; ``partial``: some of it, the rest comes with the next run;
    ``failed``: the work could not be done and a retry may help.
    """

    kind: OutcomeKind
    counts: Mapping[str, int | float] = field(default_factory=dict)
    message: str = ""

    @classmethod
    def done(cls, message: str = "", **counts: int | float) -> Outcome:
        """All of the work is done."""
        return cls("done", counts, message)

    @classmethod
    def partial(cls, message: str = "", **counts: int | float) -> Outcome:
        """A part of the work is done; the next run goes on from there."""
        return cls("partial", counts, message)

    @classmethod
    def failed(cls, message: str = "", **counts: int | float) -> Outcome:
        """The work could not be done."""
        return cls("failed", counts, message)

    def __str__(self) -> str:
        counts = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in self.counts.items())
        return ": ".join(part for part in (self.kind, self.message or counts) if part)
