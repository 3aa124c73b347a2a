"""What somebody wants to know of a number: which call, of whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from domain.objects.scaled import moment, second
from web.acts.refusal import Refusal


class Question(NamedTuple):
    """`at`: epoch seconds; `seconds`: how long the call is; `src`: the calling number."""

    number: str
    at: int
    client: str = ""
    account: str = ""
    seconds: int = 60
    src: str = ""
    tags: frozenset[str] = frozenset()


def asked(
    now: float,
    number: str,
    at: str = "",
    client: str = "",
    account: str = "",
    seconds: int = 60,
    src: str = "",
    tags: Sequence[str] = (),
) -> Question:
    """The question that words mean; `at` empty is now. Raises Refusal (bad_value)."""
    if bool(client.strip()) == bool(account.strip()):
        raise Refusal("bad_value", "say for whom: either a client or an account")
    if not number.strip():
        raise Refusal("bad_value", "say which number: it is empty")
    if len(number) > 60 or len(src) > 60:
        raise Refusal("bad_value", "a number has at most 40 digits")
    try:
        text = moment(at)
    except ValueError as error:
        raise Refusal("bad_value", f"at: {error}") from None
    when = second(text) if text else int(now)
    carried = frozenset(tag.strip() for each in tags for tag in each.split(",") if tag.strip())
    return Question(number.strip(), when, client.strip(), account.strip(), seconds, src.strip(), carried)
