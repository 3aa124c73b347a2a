"""One backup as one file: the manifest, the database's copy, the configuration, the attachments.

``NAME.tar.gz`` or, sealed, ``NAME.tar.gz.sealed``, with ``NAME….sha256`` beside it, as sha256sum
writes and checks it. The file appears under its name only when it is complete.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from backends.file_copy import CHUNK, sha256, sync
from backends.sealed_file import Opener, Sealer, SealError

MANIFEST, DATABASE, CONFIG, ATTACHMENTS = "manifest.json", "database", "tickworks.toml", "attachments"
CHECKSUM = ".sha256"
_REFERENCE = re.compile(r"""["']file:([^"']+)["']""")

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: `database` is ``sqlite`` or ``postgresql``, `tables` their rows."""

    made_at: str
    database: str
    tables: dict[str, int]
    format: int = 1


class ArchiveError(Exception):
    """A file is no backup that can be read; the text says which and why."""


def write(
    part: Path,
    manifest: Manifest,
    database: Path,
    config: Path | None,
    attachments: Path | None,
    never: Iterable[Path],
    secret: str | None,
    tick: Tick = lambda count: None,
) -> int:
    """Write a whole archive to `part` and flush it to the disk; how many attachments it holds.

    What `never` names (files with keys) is left out wherever it lies, whatever link leads to it.
    Symbolic links among the attachments are left out. `tick` hears of each chunk, and may raise.
    """
    forbidden = {found for path in never if (found := _identity(path))}
    count = 0
    with part.open("wb") as raw:
        os.fchmod(raw.fileno(), 0o600)
        sealer = Sealer(raw, secret) if secret is not None else None
        target = cast(BinaryIO, sealer or raw)
        packed = gzip.GzipFile("", "wb", compresslevel=3, fileobj=target, mtime=0)
        with packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, io.BytesIO(json.dumps(asdict(manifest)).encode()), None, tick)
            for path, name in ((database, DATABASE), (config, CONFIG)):
                if path is not None:
                    with path.open("rb") as file:
                        _add(tar, name, file, os.fstat(file.fileno()), tick)
            for path in _files(attachments):
                if _identity(path) not in forbidden:
                    count += _add_attachment(tar, path, cast(Path, attachments), tick)
        if sealer is not None:
            sealer.finish()
    sync(part)
    return count


def unpack(
    path: Path, folder: Path, secret: str | None, *, only: str | None = None, tick: Tick = lambda count: None
) -> Manifest:
    """Unpack an archive (one member, with `only`) into an empty folder, reading it to its very end.

    Raises ArchiveError for what is no backup, is cut, was changed, or is sealed with another key.
    """
    manifest: Manifest | None = None
    try:
        with _reading(path, secret, tick) as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    raise ArchiveError(f"{path.name}: {member.name} is no plain file")
                if member.name == MANIFEST:
                    manifest = Manifest(**json.loads(content.read()))
                if only is None or member.name == only:
                    _extract(content, folder, member)
    except (OSError, EOFError, tarfile.TarError, SealError, ValueError, TypeError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArchiveError(f"{path.name}: {said}") from error
    if manifest is None:
        raise ArchiveError(f"{path.name}: it has no {MANIFEST}, so it is no backup of Tickworks")
    return manifest


def checksum(path: Path, tick: Tick = lambda count: None) -> None:
    """Compare a backup with its checksum file. Raises ArchiveError, also when there is none."""
    beside = path.with_name(path.name + CHECKSUM)
    try:
        expected = beside.read_text().split()[0]
    except (OSError, IndexError, ValueError):
        raise ArchiveError(f"{path.name}: there is no {beside.name} beside it to check it by") from None
    if sha256(path, tick) != expected:
        raise ArchiveError(f"{path.name}: it is not what {beside.name} says: it was changed or damaged")


def key_files(config: Path | None, root: Path) -> list[Path]:
    """The files that the configuration refers to as secrets (``file:PATH``)."""
    if config is None:
        return []
    return [root / name for name in _REFERENCE.findall(config.read_text("utf-8", errors="replace"))]


@contextmanager
def _reading(path: Path, secret: str | None, tick: Tick) -> Iterator[tarfile.TarFile]:
    with path.open("rb") as raw:
        sealed = path.name.removesuffix(".part").endswith(".sealed")
        if sealed and secret is None:
            raise ArchiveError(f"{path.name} is sealed: give its key by reference, [backup] key or --key")
        source = cast(BinaryIO, Opener(raw, cast(str, secret)) if sealed else raw)
        with (
            gzip.GzipFile(fileobj=cast(Any, _Counted(source, tick)), mode="rb") as packed,
            tarfile.open(fileobj=packed, mode="r|") as tar,
        ):
            yield tar
            # gzip looks at its checksum, and the seal at its end, only when all is read.
            while packed.read(CHUNK):
                pass


def _files(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _add_attachment(tar: tarfile.TarFile, path: Path, root: Path, tick: Tick) -> bool:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False  # deleted since it was listed: then it is not to be in the backup
    with file:
        name = f"{ATTACHMENTS}/{path.relative_to(root).as_posix()}"
        _add(tar, name, file, os.fstat(file.fileno()), tick)
    return True


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], stat: os.stat_result | None, tick: Tick) -> None:
    info = tarfile.TarInfo(name)
    info.mode = 0o600
    info.size = stat.st_size if stat else len(cast(io.BytesIO, file).getbuffer())
    info.mtime = int(stat.st_mtime) if stat else 0
    try:
        tar.addfile(info, cast(IO[bytes], _Counted(file, tick)))
    except OSError as error:
        if error.errno is None:
            raise OSError(errno.EIO, "it became shorter while it was read", name) from error
        raise


def _extract(content: IO[bytes], folder: Path, member: tarfile.TarInfo) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise ArchiveError(f"{member.name!r} leads out of the folder")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        while block := content.read(CHUNK):
            file.write(block)
    os.utime(target, (member.mtime, member.mtime))


class _Counted:
    """A file that tells of what is read of it."""

    def __init__(self, file: Any, tick: Tick) -> None:
        self._file = file
        self._tick = tick

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(size)
        self._tick(len(data))
        return data
