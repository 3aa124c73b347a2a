"""Are values of objects trimmed and written in one way, and is what is wrong named by its field?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from domain.objects.checked import ObjectProblems, checked, from_text, to_text


def problems(kind: str, /, **values: Any) -> dict[str, str]:
    with pytest.raises(ObjectProblems) as caught:
        checked(find(kind), values)
    return caught.value.problems


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Acme  ", "Acme"),
        ("Łódź Sp. z o.o.", "Łódź Sp. z o.o."),
        ("U\u0308mit", "Ümit"),
        ("東京電力", "東京電力"),
        ("شركة", "شركة"),
        ("नमस्ते", "नमस्ते"),
        ("क्\u200dष", "क्\u200dष"),
        ("O'Brien; DROP TABLE", "O'Brien; DROP TABLE"),
        ("🚀 Ltd", "🚀 Ltd"),
    ],
)
def test_names_are_of_any_script(given: str, kept: str) -> None:
    assert checked(find("organisation"), {"name": given})["name"] == kept


@pytest.mark.parametrize("letter", ["\0", "\n", "\x1b", "\u202e", "\u200b", "\ufeff", "\ud800", "\u2028"])
def test_what_cannot_be_seen_is_no_part_of_a_name(letter: str) -> None:
    said = problems("organisation", name=f"Ac{letter}me")
    assert list(said) == ["name"]
    assert f"U+{ord(letter):04X}" in said["name"] or letter == "\ud800"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("WEB1.Example.ORG.", "web1.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:0DB8:0::1", "2001:db8::1"),
        ("[::1]", "::1"),
        ("localhost", "localhost"),
        ("_sip._tcp.example.org", "_sip._tcp.example.org"),
    ],
)
def test_an_address_is_written_in_one_way(given: str, kept: str) -> None:
    assert checked(find("server"), {"name": "a", "address": given})["address"] == kept


@pytest.mark.parametrize(
    "given",
    ["1.2.3", "256.1.1.1", "-a.example", "a..b", "a b", "http://a", "a/24", "x" * 64, ".".join(["abc"] * 70)],
)
def test_what_is_no_host_is_refused(given: str) -> None:
    assert list(problems("server", name="a", address=given)) == ["address"]


@pytest.mark.parametrize("port", [-1, 65536, "x", 1.5, None, 10**30])
def test_a_port_is_a_port(port: Any) -> None:
    assert list(problems("server", name="a", port=port)) == ["port"]


@pytest.mark.parametrize(
    "given", ["ftp://a.example", "https://", "https://user:word@a.example/", "https://a b", "javascript:1"]
)
def test_what_is_no_web_address_is_refused(given: str) -> None:
    assert list(problems("event_hook", name="a", address=given)) == ["address"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = problems("organisation", name="", email="nobody", country="Germany", kind="friend", color="red")
    assert set(said) == {"name", "email", "country", "kind", "color"}
    assert said["color"] == "there is no such field"


def test_no_problem_repeats_a_secret() -> None:
    said = problems("server", name="a", community=["the community"], port="x")
    assert "the community" not in str(said)


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"read_by": "snmp_v2c", "address": "a.example"}, "community"),
        ({"read_by": "prometheus"}, "address"),
        ({"read_by": "snmp_v3", "address": "a.example"}, "user"),
        ({"read_by": "snmp_v3", "address": "a.example", "username": "u"}, "password"),
    ],
)
def test_a_server_says_all_that_reading_it_takes(values: dict[str, Any], part: str) -> None:
    assert part in problems("server", name="a", **values)[""]


def test_a_table_that_json_cannot_hold_is_refused() -> None:
    for value in (float("nan"), "\ud800", "x" * 30_000):
        given = {"name": "r", "protocol": "rdap", "address": "https://rdap.example", "settings": {"a": value}}
        assert list(problems("registrar", **given)) == ["settings"]


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        ("server", "enabled", "No", False),
        ("server", "organisation", " ", None),
        ("contact", "duties", "billing, technical", ["billing", "technical"]),
        ("contact", "duties", '["billing"]', ["billing"]),
        ("check", "settings", "status = 200\nbody=ok", {"status": 200, "body": "ok"}),
        ("check", "settings", '{"a": [1]}', {"a": [1]}),
        ("check", "warning", "", None),
    ],
)
def test_a_text_means_a_value(kind: str, name: str, text: str, value: Any) -> None:
    field = find(kind).by_name[name]
    assert from_text(field, text) == value
    assert from_text(field, to_text(field, value)) == value
