"""The keys that open sealed secrets: a ring, newest first, in a file of mode 0600 or by reference.

Sealing is Fernet (AES-128-CBC with HMAC-SHA256) of `cryptography`; MultiFernet opens with any key of
the ring and seals with the first. The file has one key a line; lines that begin with ``#`` are remarks.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backends.file_copy import discard, sync
from config.known_secrets import learn
from config.secrets import SecretError, resolve

REMARK = (
    "# Tickworks: the keys that open its secrets. Keep a copy away from this machine; no backup holds it.\n"
)
KEY_BYTES = 32


class VaultKeyError(SecretError):
    """The keys cannot be used; the text says which place and what to do, never a key."""


class NoKeyFile(VaultKeyError):
    """There is no file of keys yet, or no longer."""


class WrongKey(Exception):
    """No key of the ring opens it."""


@dataclass(frozen=True)
class Ring:
    """Keys, newest first; at least one."""

    keys: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """What the keys are called where they may not be shown: 12 hex digits each."""
        return tuple(hashlib.sha256(key.encode()).hexdigest()[:12] for key in self.keys)

    def seal(self, name: str, value: str) -> str:
        """A secret as the database keeps it; it opens under this name only."""
        sealed: bytes = self._cipher().encrypt(f"{name}\n{value}".encode())
        return sealed.decode()

    def open(self, name: str, sealed: str) -> str:
        """The secret. Raises WrongKey: another key sealed it, or it was changed or moved."""
        from cryptography.fernet import InvalidToken

        try:
            said, _, value = self._cipher().decrypt(sealed.encode()).decode().partition("\n")
        except InvalidToken:
            raise WrongKey(name) from None
        if said != name:
            raise WrongKey(name)
        return str(value)

    def _cipher(self) -> Any:
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key) for key in self.keys])


@dataclass(frozen=True)
class KeySource:
    """Where the ring is: in `file`, or where `reference` (``env:NAME``, ``file:PATH``) leads, if given."""

    file: Path
    reference: str = ""

    @property
    def where(self) -> str:
        """The place in words."""
        return self.reference or str(self.file)

    @property
    def writable(self) -> bool:
        """True when we make the keys; a reference is its owner's."""
        return not self.reference

    def files(self) -> list[Path]:
        """The files that hold keys, for those who must leave them out."""
        if self.reference.startswith("file:"):
            return [self.file, Path(self.reference.removeprefix("file:"))]
        return [self.file]

    def ring(self, environ: Mapping[str, str] = os.environ) -> Ring:
        """The keys as they are now. Raises NoKeyFile, VaultKeyError."""
        text = resolve(self.reference, environ) if self.reference else self._read()
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        keys = tuple(dict.fromkeys(" ".join(lines).split()))
        if not keys:
            raise VaultKeyError(f"{self.where} holds no key: it was cut; bring back the copy kept elsewhere")
        for number, key in enumerate(keys, 1):
            if not _is_key(key):
                raise VaultKeyError(
                    f"{self.where}: key {number} is none, it was cut or changed: "
                    "bring back the copy kept elsewhere"
                )
            learn(key)
        return Ring(keys)

    def make(self) -> Ring:
        """The ring, made with one new key if there is no file yet. Raises VaultKeyError, OSError."""
        try:
            return self.ring()
        except NoKeyFile:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        part = self._written((new_key(),))
        try:
            os.link(part, self.file)  # somebody else's, made meanwhile, is never written over
        except FileExistsError:
            pass
        finally:
            discard(part)
        sync(self.file.parent)
        return self.ring()

    def replace(self, keys: tuple[str, ...]) -> Ring:
        """Write another ring in the place of the old one, whole or not at all. Raises OSError."""
        part = self._written(keys)
        try:
            part.rename(self.file)
        except OSError:
            discard(part)
            raise
        sync(self.file.parent)
        return Ring(keys)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within, no other process of this machine changes the ring."""
        lock = self.file.with_name(f"{self.file.name}.lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self) -> str:
        try:
            with self.file.open(encoding="ascii") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                if mode & 0o077:
                    raise VaultKeyError(
                        f"{self.file} is open to others (mode {mode:04o}): chmod 600 {self.file}"
                    )
                return file.read()
        except FileNotFoundError:
            raise NoKeyFile(f"there is no key file {self.file}: bring back the copy kept elsewhere") from None
        except OSError as error:
            raise VaultKeyError(f"{self.file} cannot be read: {error.strerror}") from None
        except ValueError:
            raise VaultKeyError(
                f"{self.file} is no file of keys: it was changed; bring back the copy kept elsewhere"
            ) from None

    def _written(self, keys: tuple[str, ...]) -> Path:
        part = self.file.with_name(f"{self.file.name}.{os.getpid()}.part")
        discard(part)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(REMARK + "".join(f"{key}\n" for key in keys))
        sync(part)
        return part


def new_key() -> str:
    """A new key, of the system's random numbers."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False
