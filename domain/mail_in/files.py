"""Files that came with a mail: names that are safe to save, and what each is. Nothing is ever unpacked."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

LONGEST_NAME = 120
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")
#: Characters that a file's name does not have anywhere.
_REFUSED = frozenset('<>:"|?*\\/')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True)
class File:
    """An attachment with its bytes."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def safe_name(given: str, number: int, ending: str = "bin") -> str:
    """A file name without folders, control and deceiving characters, however it was written.

    `number`: of the attachment, for those that have no name.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    kept = (
        char
        for char in name
        if char not in _REFUSED
        and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = " ".join("".join(kept).split()).strip(". ")
    if not name or _RESERVED.fullmatch(name):
        return f"attachment-{number}.{ending}"
    if len(name) > LONGEST_NAME:
        stem, dot, last = name.rpartition(".")
        name = f"{stem[: LONGEST_NAME - 12]}{dot}{last[:10]}" if dot else name[:LONGEST_NAME]
    return name


def safe_type(given: str) -> str:
    """A media type as the outbox takes it."""
    text = given.lower()
    return text if _MEDIA_TYPE.fullmatch(text) else "application/octet-stream"
