"""Does `tickworks directory` show users of directories, and say what it cannot do?"""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from node.site import open_site
from store import database
from tests.cli.conftest import Site, make_site
from tests.support.directory_rows import NAMES, directories


@pytest.fixture
def filled(tmp_path: Path) -> Site:
    site = make_site(tmp_path, '[node]\nname = "n1"\n[site]\nprofiles = ["hosting"]\n')
    assert site.say("maintenance", "off").code == 0
    here = open_site(load(site.file, {}))
    database.open(here.settings.database.url)
    try:
        directories(here)
    finally:
        database.close()
    return site


def test_users_are_listed_and_found(filled: Site) -> None:
    told = filled.say("directory", "users")
    assert told.code == 0, told.err
    for name in (NAMES[0], NAMES[1], "locked out", "switched off"):
        assert name in told.out
    found = filled.say("directory", "users", "--search", "ben", "--json").json["users"]
    assert [row["name"] for row in found] == [NAMES[1]]
    assert [row["sam"] for row in filled.say("directory", "locked", "--json").json["users"]] == ["anna"]
    assert filled.say("directory", "show", "anna").json["groups"][0]["name"] == "staff"
    assert "nobody listens there" in filled.say("directory", "list").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("unlock", "nobody"), 4, "there is no user 'nobody'"),
        (("unlock", "anna"), 3, "site go-live directory"),
        (("users", "--show", "rich"), 2, "--show: expected one of all, locked"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    filled: Site, words: tuple[str, ...], code: int, said: str
) -> None:
    told = filled.say("directory", *words)
    assert told.code == code, told.out
    assert said in told.err.replace("\n", " ")


def test_an_empty_site_says_what_to_do_next(site: Site) -> None:
    assert site.say("maintenance", "off").code == 0
    assert "object set directory" in site.say("directory", "list").err


def test_kept_copies_are_listed_and_shown(filled: Site) -> None:
    assert "deleted by job 7" in filled.say("directory", "copies").out
    (row,) = filled.say("directory", "copies", "--search", "eve", "--json").json["copies"]
    assert filled.say("directory", "copy", str(row["id"])).json["attributes"]["mail"] == "eve@example.org"
    assert filled.say("directory", "copy", "99").code == 4
    assert filled.say("directory", "copies", "--search", "nobody").out == ""
