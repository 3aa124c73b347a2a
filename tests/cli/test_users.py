"""Do users and tokens come and go by command, with secrets shown once and only there?"""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from cli.main import app
from store import change, database
from tests.cli.conftest import Said, Site

ONE_TIME = r"([a-z2-9]{4}-){3}[a-z2-9]{4}"


def say_with(site: Site, typed: str, *words: str) -> Said:
    """The command with something on its standard input."""
    result = CliRunner().invoke(app, ["--config", str(site.file), *words], input=typed)
    return Said(result.exit_code, result.stdout, result.stderr)


def test_a_new_user_gets_a_one_time_password_alone_on_standard_output(site: Site) -> None:
    said = site.say("user", "add", "anna", "--role", "operator")
    assert said.code == 0
    assert re.fullmatch(ONE_TIME + "\n", said.out)
    assert said.out.strip() not in said.err
    (anna,) = site.say("user", "list", "--json").json["users"]
    assert (anna["name"], anna["role"], anna["enabled"], anna["one_time"]) == ("anna", "operator", True, True)


def test_a_chosen_password_is_read_and_not_repeated(site: Site) -> None:
    said = say_with(site, "my own password\n", "user", "add", "anna", "--role", "admin", "--password-stdin")
    assert (said.code, said.out) == (0, "")
    assert "my own password" not in said.err
    assert site.say("user", "list", "--json").json["users"][0]["one_time"] is False


@pytest.mark.parametrize(
    ("typed", "words", "part", "code"),
    [
        ("", ("user", "add", "anna", "--password-stdin"), "no password", 2),
        ("short\n", ("user", "add", "anna", "--password-stdin"), "at least 10", 2),
        ("", ("user", "add", "an na"), "letters, digits", 2),
        ("", ("user", "add", "anna", "--role", "root"), "viewer, operator or admin", 2),
        ("", ("user", "add", "BERTA"), "already", 2),
        ("", ("user", "role", "nobody", "admin"), "no user 'nobody'", 4),
        ("", ("user", "password", "nobody"), "no user 'nobody'", 4),
        ("", ("user", "disable", "berta"), "last admin", 3),
        ("", ("user", "role", "berta", "viewer"), "last admin", 3),
        ("", ("token", "add", "x", "--user", "nobody"), "no user 'nobody'", 4),
        ("", ("token", "add", "x", "--user", "carl", "--role", "admin"), "more than its owner", 3),
        ("", ("token", "add", "x", "--user", "berta", "--days", "9999"), "1 to 3650", 2),
        ("", ("token", "revoke", "00000000"), "no token", 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_done_is_one_line(
    site: Site, typed: str, words: tuple[str, ...], part: str, code: int
) -> None:
    site.say("user", "add", "berta", "--role", "admin")
    site.say("user", "add", "carl")
    said = say_with(site, typed, *words)
    assert (said.code, said.out) == (code, "")
    assert part in said.err
    assert len(said.err.splitlines()) == 1


def test_roles_and_switches_say_what_they_did(site: Site) -> None:
    site.say("user", "add", "anna")
    assert site.say("user", "role", "anna", "admin").out == "anna is admin\n"
    assert site.say("user", "role", "anna", "admin").out == "anna was admin already\n"
    site.say("user", "add", "berta", "--role", "admin")
    assert site.say("user", "disable", "anna").out == "anna is disabled\n"
    assert "disabled" in site.say("user", "list").out
    assert site.say("user", "enable", "anna").out == "anna is enabled\n"


def test_a_token_is_printed_once_and_can_be_revoked_by_what_is_listed(site: Site) -> None:
    site.say("user", "add", "anna", "--role", "operator")
    made = site.say(
        "token", "add", "deploy", "--user", "anna", "--role", "operator", "--days", "7"
    ).out.strip()
    assert re.fullmatch(r"tw_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", made)
    (listed,) = site.say("token", "list", "--json").json["tokens"]
    assert (listed["name"], listed["user"], listed["role"], listed["state"]) == (
        "deploy",
        "anna",
        "operator",
        "active",
    )
    assert made not in site.say("token", "list").out
    assert site.say("token", "revoke", listed["prefix"]).out == "the token is revoked\n"
    assert site.say("token", "revoke", made).out == "the token was revoked already\n"
    assert site.say("token", "list", "--json").json["tokens"][0]["state"] == "revoked"


def test_what_a_command_changes_came_by_command(site: Site) -> None:
    site.say("user", "add", "anna")
    database.open(f"sqlite:///{site.folder}/var/tickworks.db")
    try:
        assert change.latest(database.read(), 1)[0]["via"] == "cli"
    finally:
        database.close()


def test_the_network_is_let_in_once_somebody_chose_a_password(site: Site) -> None:
    site.file.write_text('[web]\nhost = "0.0.0.0"\nport = 1\n')
    assert "tickworks user add" in site.say("up").err
    site.say("user", "add", "anna", "--role", "admin")
    said = site.say("up")
    assert (said.code, "a password of their own" in said.err) == (2, True)
    say_with(site, "my own password\n", "user", "password", "anna", "--password-stdin")
    site.file.write_text('[web]\nhost = "192.0.2.1"\nport = 1\n')
    said = site.say("up")
    assert (said.code, "port 1 on 192.0.2.1 cannot be used" in said.err) == (2, True)
