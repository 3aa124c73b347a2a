"""Does `tickworks object` keep what operators supply, and answer bad input in one line?"""

from __future__ import annotations

import pytest

from tests.cli.conftest import Site


def test_objects_are_set_listed_shown_and_archived(site: Site) -> None:
    assert (
        site.say("object", "set", "organisation", "Łódź", "kind=reseller").out
        == "organisation Łódź is added\n"
    )
    said = site.say("object", "set", "server", "web1", "organisation=Łódź", "enabled=no", "--json")
    assert (said.json["organisation"], said.json["enabled"], said.json["revision"]) == ("Łódź", False, 1)
    assert site.say("object", "set", "server", "WEB1", "enabled=yes").out == "server web1 is changed\n"
    assert site.say("object", "set", "check", "web1/page", "kind=http").out == "check web1/page is added\n"
    shown = site.say("object", "show", "server", "web1")
    assert "check web1/page" in shown.out
    refused = site.say("object", "archive", "server", "web1")
    assert (refused.code, "check web1/page refers to it" in refused.err) == (3, True)
    assert site.say("object", "archive", "check", "page").code == 0
    assert site.say("object", "archive", "server", "web1", "--reason", "sold").code == 0
    assert site.say("object", "list", "server", "--json").json == {"objects": []}
    archived = site.say("object", "list", "server", "--archived", "--json").json["objects"]
    assert [row["name"] for row in archived] == ["web1"]


def test_a_file_is_looked_at_imported_and_exported(site: Site) -> None:
    file = site.folder / "organisations.csv"
    file.write_bytes("\ufeffName;City\r\nAcme;Łódź\r\nBad\r\n".encode())
    looked = site.say("object", "import", "organisation", str(file), "--preview")
    assert (looked.code, looked.out) == (1, "it would be: 1 added, 0 changed, 0 as they are, 1 wrong\n")
    assert looked.err == "line 3: it has 1 cells; the first row has 2\n"
    assert site.say("object", "import", "organisation", str(file), "--json").json["counts"]["create"] == 1
    exported = site.say("object", "export", "organisation").out
    file.write_text(exported, encoding="utf-8")
    again = site.say("object", "import", "organisation", str(file))
    assert (again.code, again.out) == (0, "0 added, 0 changed, 1 as they are, 0 wrong\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("set", "sever", "a"), 4, "did you mean server"),
        (("set", "server", "a", "port"), 2, "FIELD=VALUE"),
        (("set", "server", "a", "port=x"), 2, "port: "),
        (("set", "server", "a", "colour=red"), 2, "no such field"),
        (("set", "server", "a", "token=a word in clear"), 2, "--secret token"),
        (("set", "server", "a", "--secret", "name"), 2, "is no secret"),
        (("show", "server", "nothing"), 4, "there is no server nothing"),
        (("archive", "server", "nothing"), 4, "there is no server nothing"),
        (("test", "server", "nothing"), 4, "there is no server nothing"),
        (("import", "server", "/nowhere.csv"), 2, "No such file"),
    ],
)
def test_bad_input_is_one_line(site: Site, words: tuple[str, ...], code: int, said: str) -> None:
    site.say("object", "set", "organisation", "Acme")
    answer = site.say("object", *words)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (code, "", 1), answer.err
    assert said in answer.err
    assert "in clear" not in answer.err


def test_a_connection_that_does_not_work_ends_with_1(site: Site) -> None:
    site.say("object", "set", "organisation", "Acme")
    values = ("host=127.0.0.1", "port=1", "security=none", "sender=a@example.org")
    site.say("object", "set", "smtp_settings", "Acme", *values)
    said = site.say("object", "test", "smtp_settings", "acme")
    assert said.code == 1
    assert said.out.startswith("failed  127.0.0.1:1: ")
