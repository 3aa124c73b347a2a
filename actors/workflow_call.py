"""The HTTP call of a workflow's step: with the step's own key, and signed where it has a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backends.http.fetch import Reply


def call(action: Mapping[str, Any], key: str, secret: str, at: int, timeout: float) -> Reply:
    """The answer, where it is a success. `at`: Unix time of the signature; `timeout` in seconds.

    Raises BackendError: ``denied`` for an address that is not public, unless the action allows that.
    """
    from backends.http.fetch import Limits, check, fetch, place
    from backends.http.hook import KEY_HEADER
    from backends.http.place import ANYWHERE
    from backends.http.signature import HEADER, sign

    body = action["body"].encode("utf-8", "replace") if action["method"] != "GET" else b""
    headers = {KEY_HEADER: key} | ({"Content-Type": "application/json"} if body else {})
    if secret:
        headers[HEADER] = sign(secret, body, at)
    limits = Limits(
        connect_timeout=min(5.0, timeout),
        read_timeout=timeout,
        time_limit=timeout,
        allow=ANYWHERE if action["private"] else (),
    )
    reply = fetch(action["method"], action["address"], headers=headers, body=body, limits=limits)
    check(reply, place(action["address"]))
    return reply
