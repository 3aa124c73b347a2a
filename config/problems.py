"""What is wrong with a configuration: all of it at once, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class ConfigError(Exception):
    """The configuration cannot be used.

    `problems` has a line for each, naming the input; `str()` is all lines.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(list(problems))
        self.problems = list(problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


class Refused(ValueError):
    """A value was not accepted. `texts` says why, without the name of the input."""

    def __init__(self, *texts: str) -> None:
        super().__init__("; ".join(texts))
        self.texts = texts


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like this one (case is no difference), or None when none is near."""
    by_lower = {entry.lower(): entry for entry in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[near[0]] if near else None


def did_you_mean(suggestion: str | None, otherwise: str = "") -> str:
    """The end of a message about an unknown word: the suggestion, or what to look at when there is none."""
    if suggestion is not None:
        return f"; did you mean {suggestion}?"
    return f"; {otherwise}" if otherwise else ""
