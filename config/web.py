"""``[web]``: where the page listens, and under which address people reach it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from config.kinds import Kind, Listed, Text, Whole
from config.section import Names, Section

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Net(Kind):
    """An address, or a network of addresses."""

    expected = "an address such as 10.0.0.7 or a network such as 10.0.0.0/24"

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse(value)
        try:
            return str(ipaddress.ip_network(value, strict=False))
        except ValueError:
            raise self.refuse(value) from None


@dataclass(frozen=True)
class PublicUrl(Kind):
    """The address of a page, without a path; "" for none."""

    expected = "an address such as https://jobs.example.org"

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse(value)
        try:
            parts = urlsplit(value)
            fine = bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            fine = False
        if value and not (fine and re.fullmatch(r"https?://[A-Za-z0-9._:\[\]-]{1,255}/?", value)):
            raise self.refuse(value)
        return value


class Web(Section):
    host: Annotated[str, Text("a host name or address", r"[A-Za-z0-9_.:%-]{1,255}")] = Field(
        "127.0.0.1",
        description="address the page listens on; for other machines once a user has chosen a password",
    )
    port: Annotated[int, Whole(0, 65535)] = Field(8080, description="0 takes any free port")
    public_url: Annotated[str, PublicUrl()] = Field(
        "", description="how people reach the page, if that is through a proxy or by a name"
    )
    trusted_proxies: Annotated[Names, Listed("addresses or networks", Net())] = Field(
        (), description="whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed"
    )

    @property
    def public_host(self) -> str:
        """Name and port of `public_url`, as browsers send them; empty without one."""
        return urlsplit(self.public_url).netloc.lower()

    @property
    def public_name(self) -> str:
        """The same without the port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def proxies(self) -> tuple[Network, ...]:
        """`trusted_proxies`, ready to compare with."""
        return tuple(ipaddress.ip_network(each) for each in self.trusted_proxies)
