"""An SSH connection to a server that is known by the fingerprint of its host key.

A server with another key gets nothing, not even a try to sign in.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from typing import Any, Self

from backends.error import BackendError, network_words, one_line
from backends.files.remote import Server


class Ssh:
    """In a ``with`` block; `do` runs work on it with every error in our words (BackendError)."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection: Any = None
        self._shown = ""

    def __enter__(self) -> Self:
        if importlib.util.find_spec("asyncssh") is None:
            text = "SSH needs a library that is not installed: `pip install 'tickworks[sftp]'`"
            raise BackendError("invalid", f"{self.server}: {text}")
        self._runner = asyncio.Runner()
        # Requests under way when a connection breaks fail one by one: the caller hears of the first.
        self._runner.get_loop().set_exception_handler(lambda loop, told: None)
        try:
            self.do(self._open)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *about: object) -> None:
        if self.connection is not None:
            self._runner.run(self._close())
        self._runner.close()

    async def opened(self) -> None:
        """What comes after the sign-in."""

    async def in_time(self, work: Awaitable[Any]) -> Any:
        """An answer, or the end of the connection if it does not come."""
        try:
            return await asyncio.wait_for(work, self.server.answer)
        except TimeoutError:
            self.connection.abort()  # closing in order would wait for the same silent server
            raise

    async def _open(self) -> None:
        import asyncssh

        server, shown = self.server, self._show
        keys = []
        if server.private_key:
            try:
                keys = [asyncssh.import_private_key(server.private_key)]
            except asyncssh.KeyImportError:
                raise BackendError("invalid", f"{server}: the private key cannot be read") from None

        class Client(asyncssh.SSHClient):
            def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:
                shown(key.get_fingerprint())
                return bool(key.get_fingerprint().rstrip("=") == server.host_key.rstrip("="))

        self.connection = await asyncssh.connect(
            server.host,
            server.port,
            username=server.user,
            client_factory=Client,
            client_keys=keys or None,
            password=server.password or None,
            known_hosts=([], [], []),
            config=[],  # what the machine's user has set up for interactive use must not count
            agent_path=None,
            connect_timeout=server.connect,
            login_timeout=server.connect,
            keepalive_interval=10,
        )
        await self.opened()

    async def _close(self) -> None:
        self.connection.abort()
        await self.connection.wait_closed()

    def _show(self, fingerprint: str) -> None:
        self._shown = fingerprint

    def do(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run it to its end. Raises BackendError; OSError of our own disk as it is."""
        import asyncssh

        async def run() -> Any:
            return await work()

        where = self.server
        try:
            return self._runner.run(run())
        except asyncssh.HostKeyNotVerifiable:
            text = (
                f"{where}: its host key is {self._shown}, not the one that is set: it may be another "
                "machine. If its key was changed on purpose, set the new one"
            )
            raise BackendError("denied", text) from None
        except asyncssh.PermissionDenied:
            raise BackendError("auth", f"{where}: it does not let {where.user} in") from None
        except asyncssh.SFTPNoSuchFile as error:
            raise BackendError("missing", f"{where}: {one_line(error.reason)}") from None
        except asyncssh.SFTPPermissionDenied as error:
            raise BackendError("denied", f"{where}: {one_line(error.reason)}") from None
        except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
            raise BackendError("unreachable", f"{where}: the connection broke") from None
        except asyncssh.SFTPError as error:
            raise BackendError("invalid", f"{where}: {one_line(error.reason)}") from None
        except asyncssh.ProcessError as error:
            said = one_line(str(error.stderr) or str(error.reason))
            raise BackendError("denied", f"{where}: {said or f'exit status {error.exit_status}'}") from None
        except asyncssh.Error as error:
            raise BackendError("unreachable", f"{where}: {one_line(error.reason)}") from None
        except LocalDisk as error:
            raise error.error from None
        except OSError as error:
            raise BackendError("unreachable", f"{where}: {network_words(error)}") from None


class LocalDisk(Exception):
    """Our own disk failed, not the network."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def kept(write: Callable[[bytes], object], data: bytes) -> None:
    """Write to our own disk. Raises LocalDisk."""
    try:
        write(data)
    except OSError as error:
        raise LocalDisk(error) from None
