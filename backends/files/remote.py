"""Files on another server, whatever it speaks: what all protocols give, and the rules for all of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from backends.error import BackendError

#: Seconds for the connection with its sign-in, and for each answer after that.
CONNECT = 15.0
ANSWER = 60.0
#: Bytes of one read, and how much must stay free on our disk.
CHUNK = 1 << 20
ROOM = 64 << 20

_PART = re.compile(r"\.(.+)\.\d+-\d+\.part", re.DOTALL)
Moved = Callable[[int], None]
#: Of files, by name and size, the times that need not be asked, because nothing else is new of them.
Known = Callable[[Sequence[tuple[str, int]]], Mapping[str, int]]


@dataclass(frozen=True)
class Server:
    """Where and as whom. `host_key`: ``SHA256:…`` of SFTP and SCP; `ca_file` of FTPS; `folder` there."""

    host: str
    port: int
    user: str
    folder: str = ""
    password: str = ""
    private_key: str = ""
    host_key: str = ""
    ca_file: str = ""
    connect: float = CONNECT
    answer: float = ANSWER

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def path(self, name: str) -> str:
        """Of a file in its folder."""
        return f"{self.folder.rstrip('/')}/{name}" if self.folder else name


class Listed(NamedTuple):
    """A plain file there. `modified_at`: epoch seconds by the clock there, 0 if it does not say."""

    name: str
    size: int
    modified_at: int


class Remote(Protocol):
    """One server, in a ``with`` block; all of it raises BackendError."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *about: object) -> None: ...

    def listed(self, wanted: Callable[[str], bool], known: Known) -> Iterable[Listed]:
        """The plain files of the folder, no links."""
        ...

    def read(self, name: str, start: int, write: Callable[[bytes], object]) -> None:
        """Hand over the content from byte `start` on, in order."""
        ...

    def about(self, name: str) -> Listed:
        """One file now."""
        ...

    def remove(self, name: str) -> None:
        """Delete a file; ``missing`` if there is none."""
        ...

    def move(self, name: str, folder: str) -> None:
        """Move a file to another folder there; never over another file of its name there."""
        ...


def is_safe(name: str) -> bool:
    """Whether a name that a server says may be one of ours: no path, nothing unprintable, not too long."""
    is_path = "/" in name or "\\" in name or name in ("", ".", "..")
    return not is_path and name.isprintable() and len(name.encode("utf-8", "surrogatepass")) <= 200


def get(there: Remote, where: str, file: Listed, folder: Path, moved: Moved = lambda count: None) -> Path:
    """Fetch a file into our folder, whole or not at all; where it lies. `moved` hears of bytes and may raise.

    What an earlier try left is gone on with. Raises BackendError: ``conflict`` if the file changed meanwhile;
    OSError for our own disk, whose part is then deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / _part(file)
    have = part.stat().st_size if part.exists() else 0
    if have > file.size:
        part.unlink()
        have = 0
    try:
        with part.open("ab") as writing:

            def write(data: bytes) -> None:
                writing.write(data)
                moved(len(data))
                if writing.tell() > file.size:
                    raise BackendError("conflict", f"{where}: {file.name} grew while it was fetched")

            if have < file.size:
                there.read(file.name, have, write)
            writing.flush()
            os.fsync(writing.fileno())
    except OSError:
        part.unlink(missing_ok=True)
        raise
    except BackendError as error:
        if error.kind == "conflict":
            part.unlink(missing_ok=True)
        raise
    now = there.about(file.name)
    size = part.stat().st_size
    if (now.size, now.modified_at or file.modified_at) != (file.size, file.modified_at or now.modified_at):
        part.unlink()
        raise BackendError("conflict", f"{where}: {file.name} changed while it was fetched")
    if size != file.size:
        raise BackendError("unreachable", f"{where}: of {file.name} only {size} of {file.size} bytes came")
    return _named(part, folder, file.name)


def discard_old_parts(folder: Path, files: Iterable[Listed]) -> None:
    """Delete what is left in our folder of transfers of these files as they were before they changed there.

    Once for all of them: a folder of 100,000 files is not to be gone through for each.
    """
    parts = [(path, found) for path in folder.glob(".*.part") if (found := _PART.fullmatch(path.name))]
    if not parts:
        return
    now = {each.name: each for each in files}
    for path, found in parts:
        file = now.get(found[1])
        if file is not None and path.name != _part(file):
            path.unlink()


def _part(file: Listed) -> str:
    return f".{file.name}.{file.size}-{file.modified_at}.part"


def _named(part: Path, folder: Path, name: str) -> Path:
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / f"{name}.{number}"
    part.rename(target)
    return target
