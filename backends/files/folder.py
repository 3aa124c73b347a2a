"""A folder of this machine: which files lie in it, and moving one out of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

#: Files that somebody still writes.
UNFINISHED = (".part", ".tmp", ".filepart", ".swp")


class Found(NamedTuple):
    """`modified_at`: epoch seconds by the clock of the disk."""

    name: str
    path: Path
    size: int
    modified_at: float


def files(folder: Path, mask: str = "*") -> Iterator[Found]:
    """Plain files that the mask fits, in no order; no links, nothing hidden. A missing folder has none."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if not is_wanted(entry.name, mask):
                continue
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    yield Found(entry.name, Path(entry.path), about.st_size, about.st_mtime)


def is_wanted(name: str, mask: str) -> bool:
    """Whether a name is one of a finished file that the mask fits (large and small letters differ)."""
    return not name.startswith(".") and not name.endswith(UNFINISHED) and fnmatchcase(name, mask or "*")


def put_away(path: Path, folder: Path) -> Path:
    """Move a file into a folder; where it lies then. It never takes the place of another one.

    Raises OSError; the file is then where it was, whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.name}.{number}"
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != 18:  # EXDEV: another disk
            raise
        part = target.with_name(f".{target.name}.part")
        try:
            shutil.copy2(path, part)
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        path.unlink()
    return target
