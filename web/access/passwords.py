"""Passwords: what may be one, how it is kept, and one-time ones for the first sign-in."""

from __future__ import annotations

import secrets
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1000
#: Without letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def problem(password: str, name: str = "") -> str | None:
    """Why this cannot be a password, in one sentence; None if it can.

    The rule is length alone, as NIST SP 800-63B has it, and that it is not the name.
    """
    if len(password) < SHORTEST:
        return f"a password has at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST} characters"
    if len(set(password)) < 4:
        return "a password has more than three different characters"
    if name and name.lower() in password.lower() and len(password) < SHORTEST + len(name):
        return "a password is not the name with a little more"
    return None


def hashed(password: str) -> str:
    """What is kept of a password: Argon2id, with the parameters and the salt in the text."""
    return hasher().hash(_bytes(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password; without one to compare (no such user) it takes as long and is not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = hasher().verify(kept or _nobodys(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def one_time() -> str:
    """A random password that can be read out: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """Argon2id with 19 MiB and 2 passes: the least of OWASP's Password Storage Cheat Sheet."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())


def _bytes(password: str) -> bytes:
    # Keyboards differ in how they compose the same letter.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
