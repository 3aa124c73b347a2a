"""``[oidc]``: signing in through an identity provider (OpenID Connect)."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from config.kinds import Choice, Kind, Listed, SecretReference, Switch, Text
from config.problems import Refused
from config.section import Names, Section

#: Roles of users, the least first (contract §5); they are no roles of nodes.
USER_ROLES = ("viewer", "operator", "admin")
CLAIM = Text("the name of a claim", r"[^\x00-\x20\x7f]{1,200}")


@dataclass(frozen=True)
class Issuer(Kind):
    """The address that a provider calls itself by; "" for none. Plain HTTP only on this machine."""

    expected = "an address such as https://login.example.org (http only on this machine)"

    def check(self, value: object) -> str:
        if not isinstance(value, str) or (value and not safe_address(value)):
            raise self.refuse(value)
        if value and (urlsplit(value).query or urlsplit(value).fragment):
            raise self.refuse(value)
        return value


@dataclass(frozen=True)
class GroupRoles(Kind):
    """Which role each group of the provider has here."""

    expected = 'a table of groups and roles, such as { "ops" = "operator" }'

    def check(self, value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.refuse(value)
        role = Choice(USER_ROLES)
        texts: list[str] = []
        for group, given in value.items():
            try:
                role.check(given)
            except Refused as refused:
                texts += [f"{str(group)[:100]}: {text}" for text in refused.texts]
        if texts:
            raise Refused(*texts)
        return dict(value)

    def read(self, text: str) -> object:
        try:
            return json.loads(text)
        except ValueError:
            return text


class Oidc(Section):
    issuer: Annotated[str, Issuer()] = Field(
        "",
        description="the identity provider, as it calls itself; without it there is only the local sign-in",
    )
    client_id: Annotated[str, Text("a text of up to 255 characters", r"[\x21-\x7e]{0,255}")] = Field(
        "", description="what the provider calls Tickworks"
    )
    client_secret: Annotated[str, SecretReference()] = Field(
        "", description="the secret of `client_id`, if the provider gave one", repr=False
    )
    scopes: Annotated[Names, Listed("scopes", Text("a scope", r"[\x21\x23-\x5b\x5d-\x7e]{1,100}"))] = Field(
        ("openid", "profile"), description="what is asked for; `openid` always is"
    )
    groups_claim: Annotated[str, CLAIM] = Field(
        "groups", description="where the provider says the groups of somebody"
    )
    roles: Annotated[dict[str, str], GroupRoles()] = Field(
        {},
        description="the role of each group; of several the highest, and without one nobody comes in",
        json_schema_extra={"default": "none"},
    )
    name_claim: Annotated[str, CLAIM] = Field(
        "preferred_username", description="where the provider says the name of somebody"
    )
    create_users: Annotated[bool, Switch()] = Field(
        True, description="whoever has a role becomes a user at the first sign-in; else only linked users may"
    )
    button: Annotated[str, Text("a text of 1 to 60 characters", r"[^\x00-\x1f\x7f]{1,60}")] = Field(
        "Sign in with the identity provider", description="what the button on the sign-in page says"
    )

    @property
    def configured(self) -> bool:
        """Whether somebody can sign in this way."""
        return bool(self.issuer)

    def problems(self) -> Iterator[str]:
        """What does not go together, one line each."""
        if not self.issuer:
            if self.client_id or self.client_secret or self.roles:
                yield "[oidc] issuer: is missing: write the address of the identity provider"
            return
        if not self.client_id:
            yield "[oidc] client_id: is missing: write what the identity provider calls Tickworks"
        if not self.roles:
            yield '[oidc] roles: no group has a role, so nobody could sign in: roles = { "ops" = "operator" }'

    def under(self, root: Path) -> Oidc:
        """The same settings, with the file of a secret under `root`."""
        if not self.client_secret.startswith("file:"):
            return self
        return self.model_copy(
            update={"client_secret": f"file:{root / self.client_secret.removeprefix('file:')}"}
        )


def safe_address(address: str) -> bool:
    """Whether a secret may be sent there: https, or http that stays on this machine."""
    if re.search(r"[\x00-\x20\x7f\\]", address):
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.scheme not in ("http", "https"):
        return False
    return parts.scheme == "https" or stays_here(host)


def stays_here(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
