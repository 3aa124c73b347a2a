"""The version of a thing that somebody has looked at: sent as its ETag, given back as If-Match."""

from __future__ import annotations

import re

from fastapi import Response

from web.acts.refusal import Refusal


def expected(if_match: str | None, what: str) -> int | None:
    """The revision of an If-Match header; None for ``*``. Raises Refusal."""
    if if_match is None:
        raise Refusal(
            "precondition_required", f"If-Match: send the ETag of the {what} that you have looked at"
        )
    if if_match.strip() == "*":
        return None
    sent = re.fullmatch(r'(?:W/)?"([0-9]{1,18})"', if_match.strip())
    if sent is None:
        raise Refusal(
            "bad_value", f'If-Match: expected the ETag of the {what}, such as "7", got {if_match!r}'
        )
    return int(sent[1])


def tag(response: Response, revision: int | None) -> None:
    """Say which version an answer shows; nothing, if it has none."""
    if revision is not None:
        response.headers["etag"] = f'"{revision}"'
