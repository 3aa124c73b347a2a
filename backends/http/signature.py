"""The header by which a receiver knows that a call is ours and not an old one sent again.

``Tickworks-Signature: t=1700000000,v1=<hex>``: HMAC-SHA256 of the time in seconds, a dot and the body.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Tickworks-Signature"
#: Seconds by which the clocks of both sides may differ.
TOLERANCE = 300


def sign(secret: str, body: bytes, at: int) -> str:
    """The header's value. `at`: Unix time in seconds. Raises ValueError for an empty secret."""
    if not secret:
        raise ValueError("a call is signed with a secret, and this one is empty")
    return f"t={at},v1={_digest(secret, body, at)}"


def verify(header: str, secret: str, body: bytes, now: int, tolerance: int = TOLERANCE) -> bool:
    """Whether the header is ours, for this body, and not older or newer than `tolerance` seconds."""
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t" and value.isascii() and value.isdecimal()]
    if len(times) != 1 or len(times[0]) > 12 or abs(now - int(times[0])) > tolerance:
        return False
    expected = _digest(secret, body, int(times[0])).encode()
    given = [value.encode() for name, _, value in parts if name == "v1"]
    return any(hmac.compare_digest(expected, each) for each in given)


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
