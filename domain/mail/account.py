"""How mail goes out: by the site's ``[mail]`` settings, or by those of the organisation whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from domain.mail.address import checked_sender


@dataclass(frozen=True)
class MailAccount:
    """The server that takes our mail, and its bounds; the site's ``[mail]`` gives the values.

    ``password`` is a reference, never the secret. ``size_limit`` in MB; ``per_host_rate`` in mails a
    minute. In one run at most ``per_run`` mails go out, in at most ``longest`` seconds; an answer of
    the server is waited for ``timeout`` seconds. A mail is tried ``tries`` times.
    """

    host: str = field(default="", metadata={"setting": "mail.host"})
    port: int = field(default=0, metadata={"setting": "mail.port"})
    security: str = field(default="starttls", metadata={"setting": "mail.security"})
    ca_file: str = field(default="", metadata={"setting": "mail.ca_file"})
    user: str = field(default="", metadata={"setting": "mail.user"})
    password: str = field(default="", metadata={"setting": "mail.password"})
    sender: str = field(default="", metadata={"setting": "mail.sender"})
    per_host_rate: int = field(default=120, metadata={"setting": "mail.per_host_rate"})
    size_limit: int = field(default=25, metadata={"setting": "mail.size_limit"})
    observe: bool = field(default=False, metadata={"setting": "mail.observe"})
    folder: str = field(default="var/mail", metadata={"setting": "mail.folder"})
    attachments: str = field(default="var/attachments", metadata={"setting": "mail.attachments"})
    per_run: int = 500
    longest: float = 240.0
    timeout: float = 30.0
    tries: int = 8

    def __post_init__(self) -> None:
        if self.sender:
            checked_sender("sender", self.sender)
        if self.security not in PORTS:
            raise ValueError(f"security: expected one of {', '.join(PORTS)}, got {self.security!r}")
        for name, low in (("per_host_rate", 1), ("size_limit", 1), ("per_run", 1), ("tries", 1)):
            if getattr(self, name) < low:
                raise ValueError(f"{name}: expected at least {low}, got {getattr(self, name)}")
        for name in ("longest", "timeout"):
            if not 0 < getattr(self, name) <= 3600:
                raise ValueError(f"{name}: expected more than 0 to 3600 s, got {getattr(self, name):g}")

    @property
    def server(self) -> tuple[str, int]:
        """Host and port; the port is the usual one of the security unless given."""
        return self.host, self.port or PORTS[self.security]

    @property
    def connection(self) -> tuple[str, int, str, str, str]:
        """What mails share that go over one connection: the server, and who signs in there."""
        return *self.server, self.security, self.user, self.password

    def with_settings(self, found: Mapping[str, Any]) -> MailAccount:
        """The same bounds with the server of an organisation (an object of kind ``smtp_settings``)."""
        given = {name: found[name] for name in ("host", "port", "security", "ca_file", "password", "sender")}
        return replace(self, user=found["username"], **given)

    @property
    def size_bytes(self) -> int:
        """The most bytes of one mail."""
        return self.size_limit * 2**20

    @property
    def attachments_folder(self) -> Path:
        """Where attachments that are given by reference are."""
        return Path(self.attachments)


#: The usual port by how a connection is secured.
PORTS = {"starttls": 587, "tls": 465, "none": 25}
