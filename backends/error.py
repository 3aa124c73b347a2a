"""What went wrong with an outside system, in one type for all adapters.

`kind` says what a caller may do: ``unreachable`` and ``throttled`` come again later, ``auth``,
``denied``, ``missing``, ``conflict`` and ``invalid`` do not go away by themselves, and after
``unknown_outcome`` nobody knows whether the far side acted: look it up before a second try.
"""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "unreachable", "auth", "denied", "missing", "conflict", "throttled", "invalid", "unknown_outcome"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Characters of a far side's own words that are kept.
LONGEST = 300


class BackendError(Exception):
    """One plain line that names host and port, and never holds a secret.

    `kind` is one of KINDS. `after`: seconds the far side asked us to wait, None if it did not say.
    """

    def __init__(self, kind: Kind, text: str, *, after: float | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(f"no kind of error {kind!r}: expected one of {', '.join(KINDS)}")
        super().__init__(one_line(text, longest=2 * LONGEST))
        self.kind: Kind = kind
        self.after = after


def one_line(said: bytes | str, *, longest: int = LONGEST) -> str:
    """What a far side said, as one printable line of at most `longest` characters."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def network_words(error: OSError) -> str:
    """Why the network failed, in plain words; for the text of an ``unreachable``."""
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "it ended the connection"
    return one_line(error.strerror or str(error)) or type(error).__name__
