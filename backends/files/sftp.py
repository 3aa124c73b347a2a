"""Files over SFTP (the file part of SSH; draft-ietf-secsh-filexfer-02)."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import Any

from backends.error import BackendError
from backends.files.remote import CHUNK, Known, Listed
from backends.files.ssh import Ssh, kept


class Sftp(Ssh):
    """A `backends.files.remote.Remote`."""

    _sftp: Any

    async def opened(self) -> None:
        """The folder must be there."""
        self._sftp = await self.in_time(self.connection.start_sftp_client())
        folder = self.server.folder
        if folder and not await self.in_time(self._sftp.isdir(folder)):
            raise BackendError("missing", f"{self.server}: there is no folder {folder}")

    def listed(self, wanted: Callable[[str], bool], known: Known) -> list[Listed]:
        """The plain files of the folder, no links."""
        found: list[Listed] = self.do(lambda: self._listed(wanted))
        return found

    def read(self, name: str, start: int, write: Callable[[bytes], object]) -> None:
        """Hand over the content from byte `start` on, in order."""
        self.do(lambda: self._read(self.server.path(name), start, write))

    def about(self, name: str) -> Listed:
        """One file now."""
        found: Listed = self.do(lambda: self._about(name))
        return found

    def remove(self, name: str) -> None:
        """Delete a file; ``missing`` if there is none."""
        self.do(lambda: self.in_time(self._sftp.remove(self.server.path(name))))

    def move(self, name: str, folder: str) -> None:
        """Move a file to another folder there."""
        # The plain rename of SFTP, unlike POSIX's, never takes the place of another file.
        target = f"{folder.rstrip('/')}/{name}"
        self.do(lambda: self.in_time(self._sftp.rename(self.server.path(name), target)))

    async def _listed(self, wanted: Callable[[str], bool]) -> list[Listed]:
        found: list[Listed] = []
        entries = self._sftp.scandir(self.server.folder or ".")
        while True:
            try:
                entry = await self.in_time(anext(entries))
            except StopAsyncIteration:
                return found
            about, name = entry.attrs, str(entry.filename)
            if about.permissions is not None and stat.S_ISREG(about.permissions) and wanted(name):
                found.append(Listed(name, int(about.size or 0), int(about.mtime or 0)))

    async def _read(self, path: str, start: int, write: Callable[[bytes], object]) -> None:
        file = await self.in_time(self._sftp.open(path, "rb"))
        try:
            await self.in_time(file.seek(start))
            while data := await self.in_time(file.read(CHUNK)):
                kept(write, data)
        finally:
            if not self.connection.is_closed():
                await self.in_time(file.close())

    async def _about(self, name: str) -> Listed:
        about = await self.in_time(self._sftp.lstat(self.server.path(name)))
        return Listed(name, int(about.size or 0), int(about.mtime or 0))
