"""A folder of mail as ``.eml`` files, for a site whose mail is not to leave it."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path


def keep(folder: Path, name: str, message: bytes) -> Path:
    """Write a message as ``name.eml``; whole or not at all. The same name again replaces it.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^A-Za-z0-9._@-]+', '_', name)[:200]}.eml"
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path


def attached(folder: Path, reference: str, limit: int) -> bytes:
    """The bytes of a file that a mail names by its path below `folder`; at most one more than `limit`.

    Raises OSError; PermissionError for a path that a link leads out of the folder.
    """
    root = folder.resolve()
    path = (root / reference).resolve()
    if not path.is_relative_to(root):
        raise PermissionError(errno.EPERM, "it leads out of the attachments folder")
    with path.open("rb") as file:
        return file.read(limit + 1)
