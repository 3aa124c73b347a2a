"""Sealed files: AES-256-GCM in chunks, so that any size streams and no chunk can be cut off or moved.

A file is the mark, a salt of 16 bytes, then chunks of 1 MiB and 16 bytes. The key is made of the
secret and the salt by scrypt, so it is another for each file; a chunk's nonce is its number and
whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár).
"""

from __future__ import annotations

import os
from io import RawIOBase
from typing import Any, BinaryIO

MARK = b"tickworks sealed 1\n"
SALT = 16
CHUNK = 1 << 20
TAG = 16


class SealError(Exception):
    """A sealed file cannot be opened: another key, or it was changed or cut."""


class Sealer(RawIOBase):
    """Writes what it is given sealed into `target`; the file is whole only once this is closed."""

    def __init__(self, target: BinaryIO, secret: str) -> None:
        salt = os.urandom(SALT)
        self._cipher = _cipher(secret, salt)
        self._target = target
        self._left = bytearray()
        self._number = 0
        target.write(MARK + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._left += data
        # The last chunk is known as such only at the end, so one stays back.
        while len(self._left) > CHUNK:
            self._seal(bytes(self._left[:CHUNK]), last=False)
            del self._left[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk. A sealer that is dropped without this leaves a file that cannot be opened."""
        self._seal(bytes(self._left), last=True)
        self._left.clear()

    def _seal(self, data: bytes, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), data, None))
        self._number += 1


class Opener(RawIOBase):
    """Reads a sealed file. Raises SealError for a wrong key, a change, or a missing end."""

    def __init__(self, source: BinaryIO, secret: str) -> None:
        if source.read(len(MARK)) != MARK:
            raise SealError("this is no sealed file")
        salt = source.read(SALT)
        self._cipher = _cipher(secret, salt)
        self._source = source
        self._next = source.read(CHUNK + TAG)
        self._number = 0
        self._plain = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = -1 if size is None else size
        parts: list[bytes] = []
        while wanted != 0:
            if not self._plain and not self._open():
                break
            part = self._plain if wanted < 0 else self._plain[:wanted]
            self._plain = self._plain[len(part) :]
            parts.append(part)
            wanted = wanted if wanted < 0 else wanted - len(part)
        return b"".join(parts)

    def _open(self) -> bool:
        from cryptography.exceptions import InvalidTag

        if self._ended:
            return False
        sealed, self._next = self._next, self._source.read(CHUNK + TAG)
        self._ended = not self._next
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number, self._ended), sealed, None)
        except InvalidTag:
            raise SealError("it cannot be opened: another key sealed it, or it was changed or cut") from None
        self._number += 1
        return bool(self._plain)


def _cipher(secret: str, salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(secret.encode()))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
