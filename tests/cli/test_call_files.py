"""Do the commands of call files list them, show what is wrong, and have one read again?"""

from __future__ import annotations

import pytest

from config.load import load
from node.site import open_site
from store import database
from tests.browser import call_files_scene
from tests.cli.conftest import Site


@pytest.fixture
def read(known: Site) -> Site:
    """A site with files in each state."""
    database.open(f"sqlite:///{known.folder}/var/tickworks.db")
    call_files_scene.build(open_site(load(known.folder / "tickworks.toml", {})))
    database.close()
    return known


def test_files_are_listed_shown_and_read_again(read: Site) -> None:
    assert "b.csv.gz" in read.say("files", "list").out
    files = read.say("files", "list", "--state", "trouble", "--json").json["files"]
    assert [each["id"] for each in files] == [2, 1]
    said = read.say("files", "show", "1").out
    assert "1234567 legs, 1 wrong rows" in said
    assert "its duration is negative" in said
    assert "b.csv.gz is read again with the next run" in read.say("files", "again", "2").out
    refused = read.say("files", "again", "2")
    assert refused.code == 3
    assert refused.err.strip() == "error: file 2 is found: there is nothing to read again"
    assert read.say("files", "show", "99").code == 4
