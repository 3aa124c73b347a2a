"""``[secrets]``: where the keys are that open the sealed secrets in the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.kinds import SecretReference, Text
from config.section import Section

FILE = "file:"


class Secrets(Section):
    key_file: Annotated[str, Text("the path of a file", r"[^\x00-\x1f~][^\x00-\x1f]{0,4000}")] = Field(
        "var/secret.key",
        description="the keys that open sealed secrets, made by the first `tickworks secret set`; "
        "every node needs the same",
    )
    key: Annotated[str, SecretReference(vault=False)] = Field(
        "",
        description="reference to these keys instead of `key_file`, the newest first, with spaces between",
        repr=False,
    )

    @property
    def path(self) -> Path:
        """The file of the keys."""
        return Path(self.key_file)

    def under(self, root: Path) -> Secrets:
        """The same settings, with what is relative under `root`."""
        key = f"{FILE}{root / self.key.removeprefix(FILE)}" if self.key.startswith(FILE) else self.key
        return self.model_copy(update={"key_file": str(root / self.key_file), "key": key})
