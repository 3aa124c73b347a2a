"""Files of tickets below the site's attachments folder, each once by what is in it."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = "tickets"


def keep(folder: Path, sha256: str, content: bytes) -> str:
    """Write a file, whole or not at all; its path below `folder`. The same again changes nothing.

    Raises OSError.
    """
    reference = f"{FOLDER}/{sha256[:2]}/{sha256}"
    path = folder / reference
    if path.is_file() and path.stat().st_size == len(content):
        return reference
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return reference


def remove(folder: Path, reference: str) -> None:
    """Delete a file that no ticket names any more; one that is not there is gone already."""
    if reference.startswith(f"{FOLDER}/") and ".." not in reference:
        (folder / reference).unlink(missing_ok=True)
