"""Does the command line look numbers up, and make calls up?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Site

OBJECTS = (
    "currency EUR is_base=yes",
    "code_deck Deck",
    "code Deck/4420 title=London",
    "rate_table Retail currency=EUR deck=Deck",
    "rate Retail/44 price=0.06",
    "rate Retail/4420 price=0.12 interval=60",
    "organisation Acme",
    "voice_client Acme currency=EUR orig_table=Retail",
    "voice_account Trunk client=Acme value=192.0.2.1",
)


@pytest.fixture
def carrier(site: Site) -> Site:
    for words in OBJECTS:
        said = site.say("object", "set", *words.split())
        assert said.code == 0, said.err
    return site


def test_a_number_is_looked_up_in_words_and_as_json(carrier: Site) -> None:
    said = carrier.say("voice", "lookup", "442071234567", "--client", "Acme", "--seconds", "61")
    assert said.code == 0
    for part in ("0.24 EUR for 61 s", "4420 London", "Retail", "it is used", "the code 4420 is longer"):
        assert part in said.out
    found = carrier.say("voice", "lookup", "441", "--account", "Trunk", "--json").json
    assert [row["cost"] for row in found["results"]] == ["0.06"]


def test_a_number_without_a_price_is_told_with_exit_code_1(carrier: Site) -> None:
    said = carrier.say("voice", "lookup", "33123", "--client", "Acme")
    assert said.code == 1
    assert "the rate table has no code for this number" in said.out
    assert carrier.say("voice", "lookup", "33123", "--client", "Acem").code == 4


def test_a_version_is_named_by_its_fields_and_added_beside_the_others(carrier: Site) -> None:
    later = ("object", "set", "rate", "Retail/4420", "since=2030-01-01")
    assert "is added" in carrier.say(*later, "price=0.2").out
    assert "is changed" in carrier.say(*later, "price=0.3").out
    rates = carrier.say("object", "list", "rate", "--json").json["objects"]
    assert sorted((row["code"], row["since"], row["price"]) for row in rates) == [
        ("44", "", "0.06"),
        ("4420", "", "0.12"),
        ("4420", "2030-01-01T00:00:00Z", "0.3"),
    ]


def test_calls_are_made_up_into_the_folder_of_the_sample(site: Site) -> None:
    said = site.say("xdr", "generate", "--calls", "250", "--since", "2h")
    (path,) = said.out.splitlines()
    assert Path(path).parent == site.folder / "var/calls/sample"
    assert len(Path(path).read_text().splitlines()) == 251


def test_the_same_seed_and_begin_give_the_same_calls(site: Site, tmp_path: Path) -> None:
    texts = []
    for folder, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        words = ("--folder", str(tmp_path / folder), "--seed", seed, "--since", "2026-01-01T00:00:00Z")
        said = site.say("xdr", "generate", "--calls", "50", *words)
        texts.append([line.split(",")[:5] for line in Path(said.out.strip()).read_text().splitlines()])
    assert texts[0] == texts[1] != texts[2]


def test_a_folder_that_cannot_be_written_and_a_time_to_come_are_refused_in_a_line(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for words in (("--folder", str(tmp_path / "file" / "x")), ("--since", "2100-01-01T00:00:00Z")):
        said = site.say("xdr", "generate", *words)
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
