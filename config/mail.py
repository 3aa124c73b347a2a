"""``[mail]``: the server that takes the site's mail, and what one mail may be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.kinds import Choice, Folder, SecretReference, Switch, Text, Whole
from config.section import Section


class Mail(Section):
    host: Annotated[str, Text("a host name or address", r"[A-Za-z0-9_.:-]{0,255}")] = Field(
        "", description="the server that takes our mail; without it no mail goes out"
    )
    port: Annotated[int, Whole(0, 65535)] = Field(
        0, description="its port; 0 takes that of `security`: 587, 465 or 25"
    )
    security: Annotated[str, Choice(("starttls", "tls", "none"))] = Field(
        "starttls", description="how the connection is secured; the certificate is always checked"
    )
    ca_file: Annotated[str, Text("the path of a PEM file", r"[^\x00-\x1f~][^\x00-\x1f]{0,4000}|")] = Field(
        "", description="certificates to trust instead of those of the machine"
    )
    user: Annotated[str, Text("a text of up to 255 characters on one line", r"[^\x00-\x1f\x7f]{0,255}")] = (
        Field("", description="whom to sign in as, if the server asks for it")
    )
    password: Annotated[str, SecretReference()] = Field("", description="the password of `user`", repr=False)
    sender: Annotated[
        str, Text("an address such as Tickworks <jobs@example.org>", r"[^\x00-\x1f\x7f]*[^\s@]@[^\s@]+|")
    ] = Field("", description="who our mail is from")
    per_host_rate: Annotated[int, Whole(1, 100_000)] = Field(
        120, description="mails a minute to one server, over all nodes"
    )
    size_limit: Annotated[int, Whole(1, 1000)] = Field(25, description="MB of one mail, attachments and all")
    observe: Annotated[bool, Switch()] = Field(
        False, description="keep mail as `.eml` files in `folder` instead of sending it; needs no `host`"
    )
    folder: Annotated[Path, Folder()] = Field(Path("var/mail"), description="where `observe` keeps mail")
    attachments: Annotated[Path, Folder()] = Field(
        Path("var/attachments"), description="files that mails name instead of holding them"
    )

    def under(self, root: Path) -> Mail:
        """The same settings, with relative paths under `root`."""
        changed: dict[str, object] = {
            "folder": root / self.folder,
            "attachments": root / self.attachments,
        }
        if self.ca_file:
            changed["ca_file"] = str(root / self.ca_file)
        if self.password.startswith("file:"):
            changed["password"] = f"file:{root / self.password.removeprefix('file:')}"
        return self.model_copy(update=changed)

    def has(self) -> tuple[str, ...]:
        """The settings that services need which are there; kept mail needs none."""
        return tuple(f"mail.{key}" for key in ("host", "sender") if self.observe or getattr(self, key))

    def values(self) -> dict[str, str | int | bool]:
        """The values by ``mail.KEY``, as the options of services take them."""
        return {
            f"mail.{key}": str(value) if isinstance(value, Path) else value
            for key, value in self.model_dump().items()
        }
