"""``[backup]``: where copies of the system go, how long they stay, and what seals them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.kinds import Folder, SecretReference, Switch, Text, Whole
from config.section import Section

KEY_FILE = "file:"
SFTP = "sftp://"


class Backup(Section):
    dir: Annotated[Path, Folder()] = Field(Path("var/backup"), description="where Backup Manager writes")
    key: Annotated[str, SecretReference(vault=False)] = Field(
        "", description="reference to a secret that backups are sealed with; nothing: they are not sealed"
    )
    key_kept_elsewhere: Annotated[bool, Switch()] = Field(
        False,
        description="say `true` once a copy of the key is kept where this system cannot burn with it; "
        "`tickworks check` asks until then",
    )
    copy_to: Annotated[str, Text("the path of a folder, or nothing", r"[^~\x00-\x1f][^\x00-\x1f]*|")] = Field(
        "",
        description="a second folder, on another machine's disk or `sftp://user@host/folder`: each backup is "
        "copied there and read back",
    )
    copy_key: Annotated[str, SecretReference()] = Field(
        "", description="reference to the private key that signs in there, for `sftp://`"
    )
    copy_host_key: Annotated[str, Text("a public key, or nothing", r"(ssh|ecdsa|sk-)[\x20-\x7e]+|")] = Field(
        "", description="the public key of that server (`ssh-keyscan -t ed25519 HOST`), for `sftp://`"
    )
    keep_daily: Annotated[int, Whole(1, 3650)] = Field(14, description="days whose newest backup is kept")
    keep_weekly: Annotated[int, Whole(1, 520)] = Field(8, description="weeks whose newest backup is kept")
    restore_test: Annotated[bool, Switch()] = Field(
        False,
        description="restore each backup into a scratch database and count its rows "
        "(PostgreSQL: the role needs CREATEDB)",
    )

    def under(self, root: Path) -> Backup:
        """The same settings, with what is relative under `root`."""
        folder = self.copy_to and not self.copy_to.startswith(SFTP)
        return self.model_copy(
            update={
                "dir": root / self.dir,
                "key": _under(root, self.key),
                "copy_to": str(root / self.copy_to) if folder else self.copy_to,
                "copy_key": _under(root, self.copy_key),
            }
        )

    def options(self, config_file: Path | None) -> dict[str, str | int | bool]:
        """The values for Backup Manager's options, by ``backup.KEY``; folders as texts."""
        values = self.model_dump(exclude={"key_kept_elsewhere"})
        texts = {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}
        texts["config_file"] = str(config_file.resolve()) if config_file else ""
        return {f"backup.{key}": value for key, value in texts.items()}


def _under(root: Path, reference: str) -> str:
    if not reference.startswith(KEY_FILE):
        return reference
    return f"{KEY_FILE}{root / reference.removeprefix(KEY_FILE)}"
