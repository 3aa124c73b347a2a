"""Doing what a button says, and telling the operator what came of it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response

from web.acts.refusal import Refusal
from web.pages.notice import acted


def act(
    request: Request,
    work: Callable[[], str],
    *,
    to: str | None = None,
    but: tuple[type[Refusal], ...] = (),
) -> Response:
    """Do it; what `work` returns is the sentence for the operator. A refusal is told in the same place.

    `to` is the page to go to when it was done. Raises those refusals of `work` that are in `but`.
    """
    try:
        said = work()
    except Refusal as refusal:
        if isinstance(refusal, but):
            raise
        return acted(request, str(refusal), tone="bad")
    return acted(request, said, to=to)
