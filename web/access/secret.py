"""Random secrets that are handed out once and kept only as their hash."""

from __future__ import annotations

import hashlib
import secrets

#: 256 bits: nobody guesses one, so that a plain hash is enough to keep it by.
BYTES = 32


def made() -> str:
    """A new secret, in letters, digits, - and _."""
    return secrets.token_urlsafe(BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
