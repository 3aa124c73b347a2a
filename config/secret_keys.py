"""Values that are secret by the name they go by: whatever is called a password is hidden unread.

The other net is `config.known_secrets`, which finds a secret that was read under any name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from config.known_secrets import HIDDEN
from config.secrets import redacted

#: A name with one of these words, alone or as a part (``smtp_password``, ``X-Api-Key``), hides its value.
SECRET_WORDS = {
    *("password", "passwd", "passphrase", "secret", "token", "authorization"),
    *("cookie", "credential", "key", "pin", "otp"),
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: What is nested deeper is shown as text, which is searched for known secrets like every text.
DEEPEST = 6


def is_secret_key(name: str) -> bool:
    """True for a name whose value nobody may see: ``password``, ``apiKey``, ``Set-Cookie``, ``tokens``."""
    words = [word.lower() for word in _WORD.findall(name)]
    return any(word in SECRET_WORDS or word.removesuffix("s") in SECRET_WORDS for word in words)


def without_secrets(value: object, deep: int = 0) -> object:
    """The same value without secrets: ``***`` for what is secret by its name, and in every text.

    Mappings, lists and tuples are gone through; what is none of these and no number becomes its text.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and deep < DEEPEST:
        return {
            str(name): HIDDEN if is_secret_key(str(name)) else without_secrets(inner, deep + 1)
            for name, inner in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes) and deep < DEEPEST:
        return [without_secrets(inner, deep + 1) for inner in value]
    return redacted(value if isinstance(value, str) else repr(value))
