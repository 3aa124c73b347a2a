"""Does the command line say what is wrong with the identity provider before anybody tries to sign in?"""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.diagnosis import Finding, diagnose
from cli.up import _listen
from config.load import load
from config.settings import Settings
from tests.cli.conftest import Site
from web.access import oidc_extra
from web.acts.refusal import Refusal

FILE = """
[web]
port = 0
[oidc]
issuer = "https://login.example.org"
client_id = "tickworks"
client_secret = "file:secret"
roles = { "ops" = "operator" }
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "tickworks.toml").write_text(FILE)
    (tmp_path / "secret").write_text("a secret")
    return load(tmp_path / "tickworks.toml", {})


def found(settings: Settings) -> list[Finding]:
    return [finding for finding in diagnose(lambda: settings) if finding.what == "sign-in"]


def test_check_says_how_people_sign_in(settings: Settings) -> None:
    (finding,) = found(settings)
    assert (finding.level, finding.text) == ("ok", "with a password, or through https://login.example.org")


def test_check_and_start_say_that_the_libraries_are_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_extra, "LIBRARIES", ("a_library_that_nobody_has",))
    (finding,) = found(settings)
    assert finding.level == "wrong"
    assert "pip install 'tickworks[oidc]'" in finding.text
    with pytest.raises(Refusal, match="pip install") as refused:
        _listen(settings)
    assert refused.value.exit_code == 2


def test_check_says_that_the_secret_is_not_there(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").unlink()
    (finding,) = found(settings)
    assert finding.level == "wrong"
    assert finding.text.startswith("[oidc] client_secret: ")


def test_an_admin_links_a_user_and_takes_it_back(site: Site) -> None:
    site.say("user", "add", "anna")
    assert "no identity provider is configured" in site.say("user", "link", "anna").err
    with site.file.open("a") as file:
        file.write('[oidc]\nissuer = "https://x.org"\nclient_id = "t"\nroles = { "ops" = "viewer" }\n')
    assert site.say("user", "link", "anna", "--subject", "4711").out == "anna is linked\n"
    assert site.say("user", "link", "anna", "--subject", "4711").out == "anna was linked already\n"
    assert "password, identity provider" in site.say("user", "list").out
    assert site.say("user", "link", "anna").code == 2
    assert site.say("user", "unlink", "anna").out == "anna is not linked any more\n"
    assert site.say("user", "unlink", "anna").out == "anna was not linked\n"
