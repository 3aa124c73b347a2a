"""Calls to hooks that users named: a signed POST, which a receiver can know again by its key."""

from __future__ import annotations

from collections.abc import Mapping

from backends.http.fetch import Limits, Reply, check, fetch, place
from backends.http.signature import HEADER, sign

#: The same for all tries of one call, so that a receiver can leave out what it has done already.
KEY_HEADER = "Idempotency-Key"
LIMITS = Limits()
_OURS = {HEADER.lower(), KEY_HEADER.lower(), "content-type", "content-length", "host", "user-agent"}


def call(
    url: str,
    body: bytes,
    *,
    key: str,
    secret: str,
    at: int,
    headers: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
) -> Reply:
    """Post JSON (`body`) to a hook; returns what it said with a status of 200 to 299.

    `key`: the call's own; `at`: Unix time in seconds, of the signature; `headers`: the user's, besides ours.
    Raises BackendError: as `fetch` does, and by the status: ``auth``, ``denied``, ``missing``, ``conflict``,
    ``throttled`` (with `after` where the receiver says it), ``unreachable`` (5xx), ``invalid``.
    """
    reply = post(url, body, key=key, secret=secret, at=at, headers=headers, limits=limits)
    check(reply, place(url))
    return reply


def post(
    url: str,
    body: bytes,
    *,
    key: str,
    secret: str,
    at: int,
    headers: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
) -> Reply:
    """The same, whatever the status of the answer is. Raises BackendError as `fetch` does."""
    sent = {name: value for name, value in (headers or {}).items() if name.lower() not in _OURS}
    sent |= {"Content-Type": "application/json", KEY_HEADER: key, HEADER: sign(secret, body, at)}
    return fetch("POST", url, headers=sent, body=body, limits=limits)
