"""Files over SSH without SFTP: `find` and `stat` list them there, `tail` reads them (GNU or busybox).

The old scp protocol has no list and cannot go on with half a file; so only its connection is used.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any

from backends.error import BackendError
from backends.files.remote import CHUNK, Known, Listed
from backends.files.ssh import Ssh, kept

_LINE = re.compile(r"(\d+) (\d+) (?:\./)?(.+)")


class Scp(Ssh):
    """A `backends.files.remote.Remote`."""

    def listed(self, wanted: Callable[[str], bool], known: Known) -> list[Listed]:
        """The plain files of the folder, no links; names with a line break are left out."""
        folder = shlex.quote(self.server.folder or ".")
        find = r"find . -maxdepth 1 -type f -exec stat -c '%s %Y %n' {} +"
        said: str = self.do(lambda: self._said(f"cd {folder} && {find}"))
        found = (_LINE.fullmatch(line) for line in said.split("\n"))
        return [Listed(each[3], int(each[1]), int(each[2])) for each in found if each and wanted(each[3])]

    def read(self, name: str, start: int, write: Callable[[bytes], object]) -> None:
        """Hand over the content from byte `start` on, in order."""
        self.do(lambda: self._read(f"tail -c +{start + 1} {self._quoted(name)}", write))

    def about(self, name: str) -> Listed:
        """One file now."""
        said = str(self.do(lambda: self._said(f"stat -c '%s %Y x' {self._quoted(name)}")))
        found = _LINE.fullmatch(said.strip())
        if not found:
            raise BackendError("invalid", f"{self.server}: stat of {name} says no size")
        return Listed(name, int(found[1]), int(found[2]))

    def remove(self, name: str) -> None:
        """Delete a file; ``missing`` if there is none."""
        self.do(lambda: self._said(f"rm {self._quoted(name)}"))

    def move(self, name: str, folder: str) -> None:
        """Move a file to another folder there; never over another file of its name there."""
        target = shlex.quote(f"{folder.rstrip('/')}/{name}")
        text = "there is a file of this name already"
        check = f"if [ -e {target} ]; then echo {shlex.quote(text)} >&2; exit 1; fi"
        self.do(lambda: self._said(f"{check}; mv {self._quoted(name)} {target}"))

    def _quoted(self, name: str) -> str:
        path = self.server.path(name)
        return shlex.quote(path if path.startswith("/") else f"./{path}")

    async def _said(self, command: str) -> str:
        done = await self.in_time(self.connection.run(f"LC_ALL=C; export LC_ALL; {command}"))
        if done.exit_status:
            said = str(done.stderr).strip() or f"exit status {done.exit_status}"
            kind = "missing" if "No such file" in said or "can't cd" in said else "denied"
            raise BackendError(kind, f"{self.server}: {said}")  # type: ignore[arg-type]
        return str(done.stdout)

    async def _read(self, command: str, write: Callable[[bytes], object]) -> None:
        process: Any = await self.in_time(self.connection.create_process(command, encoding=None))
        while data := await self.in_time(process.stdout.read(CHUNK)):
            kept(write, data)
        done = await self.in_time(process.wait())
        if done.exit_status:
            raise BackendError("denied", f"{self.server}: {done.stderr.decode('utf-8', 'replace')}")
