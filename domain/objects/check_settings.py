"""What the settings of a check may hold, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.problems import closest, did_you_mean
from config.secrets import is_reference

#: name -> what it is; `words` is a list of texts, `secret` a reference such as ``env:NAME``.
_SIGN_IN = {"user": "text", "password": "secret", "ca_file": "text"}
_MAIL = {**_SIGN_IN, "security": "security"}
_BY_KIND: dict[str, dict[str, str]] = {
    "tcp": {"greeting": "text"},
    "tls": {"server_name": "text", "ca_file": "text"},
    "http": {
        **{"statuses": "numbers", "wanted": "text", "unwanted": "text"},
        **{"redirects": "number", "ca_file": "text"},
    },
    "ftp": {**_SIGN_IN, "tls": "switch", "plain_password": "switch"},
    "dns": {"type": "text", "wanted": "words", "recursion": "switch"},
    "smtp": _MAIL,
    "pop3": _MAIL,
    "imap": _MAIL,
    "iis_site": {"ca_file": "text"},
    "network": {"flow": "flow"},
}
#: Every kind has it: by how much a value must be better before it counts as good again.
_ALL = {"slack": "amount"}
_CHOICES = {"security": ("none", "starttls", "tls"), "flow": ("received", "sent")}
_PLAIN: dict[str, tuple[type, str]] = {
    "text": (str, "a text"),
    "switch": (bool, "true or false"),
    "number": (int, "a whole number"),
}


def check_settings(kind: str, settings: Mapping[str, Any]) -> None:
    """Raises ValueError, in one line, for a setting that the kind does not have or a value it cannot be."""
    known = {**_ALL, **_BY_KIND.get(kind, {})}
    for name, value in settings.items():
        if name not in known:
            near = did_you_mean(closest(name, known)) or f"; it has {', '.join(sorted(known))}"
            raise ValueError(f"a check of kind {kind} has no setting {name}{near}")
        if problem := _problem(known[name], value):
            raise ValueError(f"the setting {name}: expected {problem}")


def _problem(shape: str, value: Any) -> str:
    if shape in _CHOICES:
        return "" if value in _CHOICES[shape] else f"one of {', '.join(_CHOICES[shape])}"
    if shape == "secret":
        # What was sealed for another object is not to be sent to a server of somebody's choice.
        good = isinstance(value, str) and is_reference(value) and not value.startswith("vault:object.")
        return "" if good else "a reference to a secret, such as vault:NAME or env:NAME"
    if shape == "amount":
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15
        return "" if good else "a number of 0 or more"
    if shape in ("words", "numbers"):
        of = str if shape == "words" else int
        good = isinstance(value, list) and all(isinstance(each, of) for each in value)
        return "" if good else f"a list of {'texts' if of is str else 'whole numbers'}"
    kind, words = _PLAIN[shape]
    good = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    return "" if good else words
