"""Files over FTP (RFC 959, RFC 3659) and over FTP with TLS (RFC 4217), in passive mode.

The address that a server says for its data connection is ignored: behind NAT it is a wrong one, and a bad
server could send us anywhere. With TLS its certificate is checked, and the data is encrypted too.
"""

from __future__ import annotations

import calendar
import ftplib
import re
import ssl
import time
from collections.abc import Callable
from typing import Self, TypeVar

from backends.error import BackendError, network_words, one_line
from backends.files.remote import CHUNK, Known, Listed, Server

Answer = TypeVar("Answer")
_UNIX_LINE = re.compile(r"-[rwxsStT-]{9}[.+@]?\s+\d+\s+\S+\s+\S+\s+(\d+)\s+\w{3}\s+\d+\s+[\d:]+ (.+)")


class Ftp:
    """A `backends.files.remote.Remote`."""

    def __init__(self, server: Server, *, tls: bool = False) -> None:
        self.server, self._tls = server, tls
        self._has_facts = False

    def __enter__(self) -> Self:
        self._do(self._open)
        return self

    def __exit__(self, *about: object) -> None:
        self._ftp.close()

    def listed(self, wanted: Callable[[str], bool], known: Known) -> list[Listed]:
        """The plain files of the folder, no links."""
        return self._do(lambda: self._listed(wanted, known))

    def read(self, name: str, start: int, write: Callable[[bytes], object]) -> None:
        """Hand over the content from byte `start` on, in order."""
        trouble: list[OSError] = []

        def kept(data: bytes) -> None:
            try:
                write(data)
            except OSError as error:  # our own disk, not the network
                trouble.append(error)
                raise

        try:
            self._do(lambda: self._ftp.retrbinary(f"RETR {name}", kept, CHUNK, start or None))
        except BackendError:
            if trouble:
                raise trouble[0] from None
            raise

    def about(self, name: str) -> Listed:
        """One file now."""
        self._must_be_there(name)
        return self._do(lambda: Listed(name, self._ftp.size(name) or 0, self._time(name)))

    def remove(self, name: str) -> None:
        """Delete a file; ``missing`` if there is none."""
        self._must_be_there(name)
        self._do(lambda: self._ftp.delete(name))

    def move(self, name: str, folder: str) -> None:
        """Move a file to another folder there; never over another file of its name there."""
        self._must_be_there(name)
        target = f"{folder.rstrip('/')}/{name}"
        if self._is_there(target):
            raise BackendError("conflict", f"{self.server}: there is a file {target} already")
        self._do(lambda: self._ftp.rename(name, target))

    def _open(self) -> None:
        server = self.server
        if self._tls:
            context = ssl.create_default_context(cafile=server.ca_file or None)
            made: ftplib.FTP = ftplib.FTP_TLS(context=context, timeout=server.connect, encoding="utf-8")
        else:
            made = ftplib.FTP(timeout=server.connect, encoding="utf-8")
        self._ftp = made
        made.connect(server.host, server.port)
        made.login(server.user, server.password)
        if isinstance(made, ftplib.FTP_TLS):
            made.prot_p()
        if made.sock is not None:
            made.sock.settimeout(server.answer)
        made.timeout = server.answer
        made.voidcmd("TYPE I")
        if server.folder:
            made.cwd(server.folder)
        try:
            self._has_facts = "MLST" in made.sendcmd("FEAT").upper()
        except ftplib.error_perm:
            self._has_facts = False

    def _listed(self, wanted: Callable[[str], bool], known: Known) -> list[Listed]:
        if self._has_facts:
            facts = self._ftp.mlsd(facts=["type", "size", "modify"])
            return [
                Listed(name, int(about.get("size", 0)), _stamp(about.get("modify", "")))
                for name, about in facts
                if about.get("type") == "file" and wanted(name)
            ]
        lines: list[str] = []
        self._ftp.retrlines("LIST", lines.append)
        matches = (_UNIX_LINE.fullmatch(line) for line in lines)
        found = [(each[2], int(each[1])) for each in matches if each and wanted(each[2])]
        # To ask for the time of each of 100,000 files would take longer than to fetch the new ones.
        times = known(found)
        return [
            Listed(name, size, times[name] if name in times else self._time(name)) for name, size in found
        ]

    def _time(self, name: str) -> int:
        try:
            return _stamp(self._ftp.sendcmd(f"MDTM {name}")[4:])
        except ftplib.error_perm:
            return 0

    def _is_there(self, name: str) -> bool:
        try:
            return self._do(lambda: self._ftp.size(name)) is not None
        except BackendError as error:
            if error.kind == "unreachable":
                raise
            return False

    def _must_be_there(self, name: str) -> None:
        # Its answers do not tell "there is none" from "you may not".
        if not self._is_there(name):
            raise BackendError("missing", f"{self.server}: there is no file {name}")

    def _do(self, work: Callable[[], Answer]) -> Answer:
        where = self.server
        try:
            return work()
        except ssl.SSLCertVerificationError as error:
            text = f"{where}: its certificate is not trusted: {one_line(error.verify_message)}"
            raise BackendError("denied", text) from None
        except ftplib.error_perm as error:
            kind = "auth" if str(error).startswith("530") else "denied"
            raise BackendError(kind, f"{where}: {one_line(str(error))}") from None  # type: ignore[arg-type]
        except ftplib.error_temp as error:
            raise BackendError("unreachable", f"{where}: {one_line(str(error))}") from None
        except (ftplib.Error, EOFError, ValueError) as error:
            text = one_line(str(error)) or "the connection broke"
            raise BackendError("unreachable", f"{where}: {text}") from None
        except OSError as error:
            raise BackendError("unreachable", f"{where}: {network_words(error)}") from None


def _stamp(text: str) -> int:
    try:
        return calendar.timegm(time.strptime(text.strip()[:14], "%Y%m%d%H%M%S"))
    except ValueError:
        return 0
