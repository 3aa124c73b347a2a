"""A folder on another machine, over SFTP (the file part of SSH; draft-ietf-secsh-filexfer-02).

The server is known by its host key, which the caller has pinned: a server with another key gets
nothing, not even a try to sign in. A file is there whole or not at all: written as ``.part``, read
back, then renamed.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from backends.error import BackendError, network_words, one_line

#: Seconds for the connection with its sign-in, and for each answer after that.
CONNECT = 15.0
ANSWER = 60.0
_URL = re.compile(r"sftp://[^/\s@]+@[^/\s@]+/[^\s?#]*")


@dataclass(frozen=True)
class Place:
    """``sftp://user@host:port/folder``; `folder` is absolute."""

    host: str
    port: int
    user: str
    folder: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}{self.folder}"


def place(url: str) -> Place:
    """What an address means. Raises ValueError, in words; an address with a password is refused."""
    parts = urlsplit(url)
    if parts.password is not None:
        raise ValueError("expected sftp://user@host/folder: a password has no place in an address")
    if not _URL.fullmatch(url) or not parts.hostname or not parts.username:
        raise ValueError(f"expected sftp://user@host/folder, got {one_line(url)!r}")
    return Place(parts.hostname, parts.port or 22, unquote(parts.username), unquote(parts.path) or "/")


class SftpFolder:
    """``with SftpFolder(place, key=…, host_key=…) as there:``; all methods raise BackendError.

    ``key``: the text of a private key without a passphrase. ``host_key``: the server's public key as
    ``ssh-keyscan`` or its ``.pub`` file says it (``ssh-ed25519 AAAA…``).
    """

    def __init__(
        self, where: Place, *, key: str, host_key: str, connect: float = CONNECT, answer: float = ANSWER
    ) -> None:
        self._where, self._key, self._host_key = where, key, host_key
        self._connect, self._answer = connect, answer
        self._ssh: Any = None
        self._sftp: Any = None

    def __enter__(self) -> Self:
        if importlib.util.find_spec("asyncssh") is None:
            text = "SFTP needs a library that is not installed: `pip install 'tickworks[sftp]'`"
            raise BackendError("invalid", f"{self._where}: {text}")
        self._runner = asyncio.Runner()
        # Requests under way when a connection breaks fail one by one: the caller hears of the first.
        self._runner.get_loop().set_exception_handler(lambda loop, told: None)
        try:
            self._do(self._open)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ssh is not None:
            self._runner.run(self._close())
        self._runner.close()

    def names(self) -> list[str]:
        """The names of the files in the folder."""
        found: list[str] = self._do(self._names)
        return found

    def put(self, source: Path, digest: str, moved: Callable[[int], None] = lambda count: None) -> None:
        """Copy a file there under its name, read it back, and compare with `digest` (SHA-256, in hex).

        `moved` hears of each chunk, there and back, and may raise to stop it. A failure leaves no half file.
        """
        self._do(lambda: self._put(source, digest, moved))

    def write(self, name: str, text: str) -> None:
        """Write a small file, whole or not at all."""
        self._do(lambda: self._write(name, text))

    def remove(self, name: str) -> None:
        """Delete a file; one that is gone is no error."""
        self._do(lambda: self._remove(name))

    async def _open(self) -> None:
        import asyncssh

        where = self._where
        try:
            known = asyncssh.import_public_key(self._host_key)
        except asyncssh.KeyImportError:
            raise BackendError("invalid", f"{where}: the pinned host key is not a public key") from None
        try:
            keys = [asyncssh.import_private_key(self._key)]
        except asyncssh.KeyImportError:
            raise BackendError("invalid", f"{where}: the private key cannot be read") from None
        self._ssh = await asyncssh.connect(
            where.host,
            where.port,
            username=where.user,
            client_keys=keys,
            known_hosts=([known], [], []),
            config=[],  # what the machine's user has set up for interactive use must not count
            agent_path=None,
            password=None,
            connect_timeout=self._connect,
            login_timeout=self._connect,
            keepalive_interval=10,
        )
        self._sftp = await self._ssh.start_sftp_client()
        if not await self._in_time(self._sftp.isdir(where.folder)):
            raise BackendError("missing", f"{where}: there is no such folder")
        await self._in_time(self._sftp.chdir(where.folder))

    async def _close(self) -> None:
        self._ssh.abort()
        await self._ssh.wait_closed()

    async def _names(self) -> list[str]:
        names = [str(entry.filename) for entry in await self._in_time(self._sftp.readdir("."))]
        return sorted(name for name in names if name not in (".", ".."))

    async def _put(self, source: Path, digest: str, moved: Callable[[int], None]) -> None:
        part = f"{source.name}.part"
        try:
            with source.open("rb") as reading:
                async with self._sftp.open(part, "wb") as writing:
                    await self._pour(reading.read, writing.write, moved)
            if await self._digest(part, moved) != digest:
                where = f"{self._where}/{source.name}"
                raise BackendError("invalid", f"{where}: what was read back differs from what was written")
            await self._in_time(self._sftp.posix_rename(part, source.name))
        except BaseException:
            await self._discard(part)
            raise

    async def _pour(
        self,
        read: Callable[[int], bytes],
        write: Callable[[bytes], Awaitable[int]],
        moved: Callable[[int], None],
    ) -> None:
        while block := await asyncio.to_thread(read, 4 << 20):
            await self._in_time(write(block))
            moved(len(block))

    async def _digest(self, name: str, moved: Callable[[int], None]) -> str:
        digest = hashlib.sha256()
        async with self._sftp.open(name, "rb") as file:
            while block := await self._in_time(file.read(4 << 20)):
                digest.update(block)
                moved(len(block))
        return digest.hexdigest()

    async def _write(self, name: str, text: str) -> None:
        async with self._sftp.open(f"{name}.part", "wb") as file:
            await self._in_time(file.write(text.encode()))
        await self._in_time(self._sftp.posix_rename(f"{name}.part", name))

    async def _remove(self, name: str) -> None:
        import asyncssh

        with suppress(asyncssh.SFTPNoSuchFile):
            await self._in_time(self._sftp.remove(name))

    async def _discard(self, name: str) -> None:
        try:
            await asyncio.wait_for(self._sftp.remove(name), 5)
        except Exception:  # the connection may be what failed; the next copy writes over it
            return

    async def _in_time(self, work: Awaitable[Any]) -> Any:
        try:
            return await asyncio.wait_for(work, self._answer)
        except TimeoutError:
            self._ssh.abort()  # closing a file in order would wait for the same silent server
            raise

    def _do(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run it, with every error of the library and of the network in our words."""
        import asyncssh

        async def run() -> Any:
            return await work()

        where = self._where
        try:
            return self._runner.run(run())
        except asyncssh.HostKeyNotVerifiable:
            text = f"{where}: the server's host key is not the pinned one: it may be another machine"
            raise BackendError("denied", text) from None
        except asyncssh.PermissionDenied:
            text = f"{where}: it does not let {where.user} in with this key"
            raise BackendError("auth", text) from None
        except asyncssh.SFTPNoSuchFile as error:
            raise BackendError("missing", f"{where}: {one_line(error.reason)}") from None
        except asyncssh.SFTPPermissionDenied as error:
            raise BackendError("denied", f"{where}: {one_line(error.reason)}") from None
        except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
            raise BackendError("unreachable", f"{where}: the connection broke") from None
        except asyncssh.SFTPError as error:
            raise BackendError("invalid", f"{where}: {one_line(error.reason)}") from None
        except asyncssh.Error as error:
            raise BackendError("unreachable", f"{where}: {one_line(error.reason)}") from None
        except OSError as error:
            raise BackendError("unreachable", f"{where}: {network_words(error)}") from None
