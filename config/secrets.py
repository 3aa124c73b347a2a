"""References to secrets, and texts without them.

A file holds references, never secrets (contract §3): ``env:NAME`` is a variable of the environment,
``file:PATH`` the text of a file, ``vault:NAME`` an entry of the encrypted store in the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from config.known_secrets import hidden, learn
from config.problems import closest, did_you_mean

SCHEMES = ("env", "file", "vault")
_REFERENCE = re.compile(rf"({'|'.join(SCHEMES)}):(.+)")
# From the first ":" to the last "@": an unescaped "/" or "@" must not let a password through in part.
_USER_AND_PASSWORD = re.compile(r"(://[^:]*):.*@", re.DOTALL)
_PASSWORD_OPTION = re.compile(r"(?i)(\b[a-z_]*(?:password|secret|token)=)[^&\s]*")


class SecretError(Exception):
    """A reference does not lead to a secret; the text says which one and what to do, never the secret."""


def is_reference(text: str) -> bool:
    """True for ``env:…``, ``file:…`` and ``vault:…``."""
    return _REFERENCE.fullmatch(text) is not None


def resolve(
    reference: str,
    environ: Mapping[str, str],
    root: Path = Path(),
    vault: Callable[[str], str] | None = None,
) -> str:
    """The secret that `reference` names; a relative ``file:`` path is taken from `root`.

    `vault` opens an entry of the encrypted store by name; it raises SecretError. What was read is
    known from then on, and kept out of what `redacted` gives.

    Raises SecretError: not a reference, variable not set, file unreadable or empty, or a ``vault:``
    reference where there is no database.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise SecretError(_not_a_reference(reference))
    scheme, name = match.groups()
    if scheme == "env":
        return _known(_from_environment(reference, name, environ))
    if scheme == "file":
        return _known(_from_file(reference, root / name))
    if vault is None:
        raise SecretError(f"{reference}: the encrypted store cannot be read here; use env:NAME or file:PATH")
    try:
        return vault(name)
    except SecretError as error:
        raise SecretError(f"{reference}: {error}") from None


def redacted(url: str) -> str:
    """The same text with ``***`` for every password, also in a URL that is not well formed, and for
    every secret that this process has read.
    """
    return _PASSWORD_OPTION.sub(r"\1***", _USER_AND_PASSWORD.sub(r"\1:***@", hidden(url)))


def _known(secret: str) -> str:
    # Of an address only the password is secret, and that is found by its place.
    if "://" not in secret:
        learn(secret)
    return secret


def _not_a_reference(text: str) -> str:
    # The text may be the secret itself, or "user:password": nothing of it is repeated.
    scheme, colon, _ = text.partition(":")
    near = closest(scheme, SCHEMES) if colon else None
    expected = "a secret is given by reference: env:NAME, file:PATH or vault:NAME"
    return f"unknown kind of secret; {expected}{did_you_mean(near and near + ':')}"


def _from_environment(reference: str, name: str, environ: Mapping[str, str]) -> str:
    if value := environ.get(name):
        return value
    state = "empty" if name in environ else "not set"
    raise SecretError(f"{reference}: the variable {name} is {state}; set it where Tickworks starts")


def _from_file(reference: str, path: Path) -> str:
    try:
        secret = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise SecretError(f"{reference}: cannot read {path}: {error.strerror or error}") from None
    except ValueError:
        raise SecretError(f"{reference}: {path} is not UTF-8 text") from None
    if not secret:
        raise SecretError(f"{reference}: {path} is empty; write the secret into it")
    return secret
