"""Why a domain controller refuses, in our words: result codes (RFC 4511 App. A) and numbers in its texts."""

from __future__ import annotations

import re
from typing import Literal

from backends.error import Kind, one_line

#: What a sign-in gave. ``wrong``: no such user, or another password; nobody is told which.
SignIn = Literal[
    "ok", "wrong", "not_now", "not_here", "password_expired", "disabled", "expired", "must_change", "locked"
]
#: The hexadecimal sub-codes of result 49 (Windows error codes, MS-ERREF 2.2).
_SUB_CODES: dict[str, SignIn] = {
    "525": "wrong",
    "52e": "wrong",
    "530": "not_now",
    "531": "not_here",
    "532": "password_expired",
    "533": "disabled",
    "701": "expired",
    "773": "must_change",
    "775": "locked",
}
_WORDS: dict[SignIn, str] = {
    "ok": "it lets the user in",
    "wrong": "the user name or the password is wrong",
    "not_now": "the user may not sign in at this hour",
    "not_here": "the user may not sign in from this machine",
    "password_expired": "the password has expired",
    "disabled": "the account is disabled",
    "expired": "the account has expired",
    "must_change": "the password must be changed first",
    "locked": "the account is locked",
}
#: Result code -> kind and words. What is not here is ``invalid``.
_CODES: dict[int, tuple[Kind, str]] = {
    3: ("throttled", "it gave the question up: it took too long"),
    4: ("invalid", "there are more answers than it gives at once"),
    8: ("auth", "it wants a safer way to sign in"),
    10: ("invalid", "this belongs to another domain"),
    11: ("throttled", "it gave the question up: a limit of its own is reached"),
    12: ("invalid", "it cannot answer in this way"),
    16: ("conflict", "it does not have the value any more"),
    17: ("invalid", "it does not know an attribute of this name"),
    19: ("invalid", "a value breaks a rule of the directory"),
    20: ("conflict", "it has the value already"),
    21: ("invalid", "a value is of the wrong form"),
    32: ("missing", "there is no such object"),
    34: ("invalid", "the distinguished name is of the wrong form"),
    48: ("auth", "it does not take this way to sign in"),
    50: ("denied", "our user may not do this"),
    51: ("throttled", "it is busy"),
    52: ("unreachable", "it is not ready"),
    53: ("invalid", "it is not willing to do this"),
    64: ("invalid", "the name does not fit the kind of object"),
    65: ("invalid", "the object lacks an attribute, or has one that it cannot have"),
    66: ("conflict", "there are objects below it"),
    68: ("conflict", "there is an object of this name already"),
}
#: Windows error codes that texts begin with, where they say more than the result code.
_WINDOWS: dict[str, tuple[Kind, str]] = {
    "00000057": ("invalid", "it does not know an attribute of this name, or cannot take the value"),
    "0000052d": ("invalid", "the password does not meet the rules of the domain"),
    "00000524": ("conflict", "there is an account of this name already"),
    "00000528": ("conflict", "it is a member already"),
    "00000529": ("conflict", "it is no member"),
    "00000561": ("conflict", "it is no member"),
    "00000562": ("conflict", "it is a member already"),
    "00002071": ("conflict", "there is an object of this name already"),
    "000021c7": ("conflict", "another object has this value, which must be unique"),
    "000021c8": ("conflict", "another object has this sign-in name, which must be unique"),
}
_DATA = re.compile(r"\bdata ([0-9a-f]{3,})\b")


def sign_in(code: int, message: str) -> SignIn | None:
    """What a bind gave; None if the answer is about something else. A number we do not know is ``wrong``."""
    if code == 0:
        return "ok"
    if code != 49:
        return None
    found = _DATA.search(message.lower())
    return _SUB_CODES.get(found[1], "wrong") if found else "wrong"


def in_words(reason: SignIn) -> str:
    """For an error or an operator."""
    return _WORDS[reason]


def refused(code: int, message: str) -> tuple[Kind, str]:
    """What kind of error a result is, and one line; the server's own words follow in brackets."""
    reason = sign_in(code, message)
    if reason is not None and reason != "ok":
        return "auth", in_words(reason)
    if code == 1 and "successful bind" in message:
        return "auth", "we are not signed in"
    # Samba says of an unknown attribute that the object lacks it, and of a lacking member nothing by number.
    if code == 16 and "found in the schema" in message:
        code = 17
    if code == 53 and "already deleted" in message:
        code = 16
    kind, words = _WINDOWS.get(message[:8].lower()) or _CODES.get(code) or ("invalid", f"result {code}")
    said = one_line(message.replace("\0", ""), longest=160)
    return kind, f"{words} ({said})" if said else words
