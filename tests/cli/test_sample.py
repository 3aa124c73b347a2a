"""Does `tickworks sample` load and clear in a line, and refuse in a line?"""

from __future__ import annotations

import pytest

from tests.cli.conftest import Site


def test_a_sample_is_loaded_and_cleared(site: Site) -> None:
    said = site.say("sample", "load", "hosting")
    assert (said.code, said.out.startswith("the sample hosting is loaded: 10 organisations, ")) == (0, True)
    assert "helpdesk and monitoring switched on" in said.err
    assert "2 departments, 3 mail rules, 6 tickets, 1 campaign, 1 workflow" in said.out
    assert "this machine" in site.say("object", "list", "server").out
    cleared = site.say("sample", "clear", "--json").json
    assert (cleared["objects"]["organisation"], cleared["kept"]) == (10, [])
    assert site.say("sample", "clear").out == "there is no sample\n"


def test_what_something_real_refers_to_is_kept_and_named(site: Site) -> None:
    site.say("sample", "load", "hosting")
    site.say("object", "set", "contact", "Network Vendor/Mine")
    said = site.say("sample", "clear")
    assert said.code == 0
    kept = "kept: organisation Network Vendor: contact Network Vendor/Mine refers to it"
    assert said.out.splitlines()[1:] == [kept]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("hostnig", 2, "did you mean hosting"), ("voice", 3, "such as Acme"), ("hosting", 3, "such as Acme")],
)
def test_a_refusal_is_one_line(site: Site, name: str, code: int, said: str) -> None:
    site.say("object", "set", "organisation", "Acme")
    answer = site.say("sample", "load", name)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (code, "", 1)
    assert said in answer.err
