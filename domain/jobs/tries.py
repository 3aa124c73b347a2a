"""How often a job is tried, how long it waits in between, and what a try leaves it as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

OutcomeKind = Literal["done", "failed", "unknown"]

#: Our decision, since no source gives figures: five tries, these seconds apart.
TRIES = 5
BACKOFF = (60.0, 300.0, 900.0, 3600.0)
#: So many look-ups may lead to nothing before a person has to look.
LOOK_UPS = 10


@dataclass(frozen=True)
class JobOutcome:
    """What became of a remote act. `unknown`: it may have taken effect, nobody can say.

    Of a look-up, ``failed`` says that the act is not there, so that it may be tried again.
    ``final``: another try would fail too, so there is none.
    """

    kind: OutcomeKind
    message: str = ""
    final: bool = False

    @classmethod
    def done(cls, message: str = "") -> JobOutcome:
        """It was carried out."""
        return cls("done", message)

    @classmethod
    def failed(cls, message: str, *, final: bool = False) -> JobOutcome:
        """It was surely not carried out."""
        return cls("failed", message, final)

    @classmethod
    def unknown(cls, message: str) -> JobOutcome:
        """The answer was lost: look it up before trying again."""
        return cls("unknown", message)


@dataclass(frozen=True)
class Left:
    """The state a try or a look-up leaves a job in, and in how many seconds it may be claimed again."""

    state: str
    wait: float = 0.0


def after_try(outcome: JobOutcome, tries: int, most: int = TRIES, spans: Sequence[float] = BACKOFF) -> Left:
    """What becomes of a job after its try number `tries` (1..)."""
    if outcome.kind == "done":
        return Left("done")
    if outcome.kind == "unknown":
        # The last try's too: whether it took effect has to be found out before it may be called failed.
        return Left("unknown", backoff(tries, spans))
    if outcome.final or tries >= most:
        return Left("failed")
    return Left("queued", backoff(tries, spans))


def after_look_up(
    outcome: JobOutcome, tries: int, look_ups: int, most: int = TRIES, spans: Sequence[float] = BACKOFF
) -> Left | None:
    """What becomes of a job after its look-up number `look_ups` (1..); None: it may be tried at once."""
    if outcome.kind == "done":
        return Left("done")
    if outcome.kind == "unknown":
        return Left("failed") if look_ups >= LOOK_UPS else Left("unknown", backoff(look_ups, spans))
    return Left("failed") if outcome.final or tries >= most else None


def backoff(tries: int, spans: Sequence[float] = BACKOFF) -> float:
    """Seconds to wait after try number `tries` (1..); the last span stands for all that follow."""
    return spans[min(max(tries, 1), len(spans)) - 1] if spans else 0.0
