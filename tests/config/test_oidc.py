"""What a site says about its identity provider."""

from __future__ import annotations

import pytest

from config.oidc import GroupRoles, Issuer
from config.problems import Refused
from tests.config.conftest import Load, Problems

GOOD = """
[oidc]
issuer = "https://login.example.org/realms/main"
client_id = "tickworks"
client_secret = "file:oidc_secret"
roles = { "ops team" = "operator" }
"""


def test_without_the_section_there_is_none(loaded: Load) -> None:
    assert loaded("").oidc.configured is False


def test_the_secret_of_a_file_is_beside_the_configuration(loaded: Load) -> None:
    settings = loaded(GOOD)
    assert settings.oidc.configured is True
    assert settings.oidc.client_secret == f"file:{settings.root / 'oidc_secret'}"
    assert settings.oidc.roles == {"ops team": "operator"}


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.org",
        "https://x.org:8443/a/",
        "http://127.0.0.1:9",
        "http://localhost",
        "http://[::1]:80",
    ],
)
def test_an_issuer_is_https_or_on_this_machine(issuer: str) -> None:
    assert Issuer().check(issuer) == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.org",
        "http://127.0.0.1.evil.example",
        "https://user:password@x.org",
        "https://",
        "https://x.org/?a=1",
        "https://x.org/#a",
        "https://x.org:port",
        "https://x.org\n",
        "ftp://x.org",
        "login.example.org",
        7,
    ],
)
def test_other_addresses_are_none(issuer: object) -> None:
    with pytest.raises(Refused, match="expected an address such as https"):
        Issuer().check(issuer)


def test_a_role_that_is_none_is_told_with_its_group() -> None:
    with pytest.raises(Refused) as refused:
        GroupRoles().check({"ops": "operater"})
    assert "ops: expected one of viewer, operator, admin" in refused.value.texts[0]
    assert "did you mean operator" in refused.value.texts[0]


def test_what_is_missing_is_told_at_once(problems: Problems) -> None:
    assert problems('[oidc]\nissuer = "https://x.org"') == [
        "[oidc] client_id: is missing: write what the identity provider calls Tickworks",
        '[oidc] roles: no group has a role, so nobody could sign in: roles = { "ops" = "operator" }',
    ]
    assert problems('[oidc]\nclient_id = "x"') == [
        "[oidc] issuer: is missing: write the address of the identity provider"
    ]
