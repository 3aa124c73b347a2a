"""Does a distinguished name say what was meant, whatever characters are in it?"""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.directory import dn

values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Anna Smith", "Anna Smith"),
        ("Smith, Anna", r"Smith\, Anna"),
        ('Sue, Grabbit & "Runn"', r"Sue\, Grabbit & \"Runn\""),
        (" led and ended ", r"\ led and ended\ "),
        (" ", r"\ "),
        ("#1", r"\#1"),
        ("a#1", "a#1"),
        ("a+b;c<d>e=f\\g", r"a\+b\;c\<d\>e\=f\\g"),
        ("two\nlines", r"two\0Alines"),
        ("nul\0", r"nul\00"),
        ("Лучић", "Лучић"),
    ],
)
def test_what_means_something_is_escaped(value: str, written: str) -> None:
    assert dn.escaped(value) == written


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CN=Steve,DC=example", [("CN", "Steve"), ("DC", "example")]),
        ("cn = Steve , dc=example", [("cn", "Steve"), ("dc", "example")]),
        (r"CN=Before\0dAfter,DC=x", [("CN", "Before\rAfter"), ("DC", "x")]),
        (r"SN=Lu\C4\8Di\C4\87", [("SN", "Lučić")]),
        (r"CN=a\,b\\,DC=x", [("CN", "a,b\\"), ("DC", "x")]),
        (r"CN=ends\ ,DC=x", [("CN", "ends "), ("DC", "x")]),
        ("1.3.6.1=a", [("1.3.6.1", "a")]),
        ("", []),
    ],
)
def test_names_of_others_are_read(text: str, parts: list[tuple[str, str]]) -> None:
    assert list(dn.parse(text)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "CN",
        "CN=",
        "=x",
        "CN=a,,DC=x",
        "CN=a+OU=b",
        'CN="a"',
        "CN=#04",
        r"CN=a\xb",
        "CN=a\\",
        r"CN=\FF",
        "C N=a",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"distinguished name|plain value|backslash|UTF-8"):
        dn.parse(text)


@given(values, values)
@example("a,CN=Admins", "\\")
def test_a_value_never_becomes_another_part(own: str, above: str) -> None:
    text = dn.child(dn.child("DC=example", "OU", above), "CN", own)
    assert dn.parse(text) == (("CN", own), ("OU", above), ("DC", "example"))
    assert (dn.name(text), dn.parent(text)) == (own, dn.child("DC=example", "OU", above))


@given(values)
def test_a_name_is_its_own_key_however_it_is_written(value: str) -> None:
    hexed = "".join(f"\\{byte:02x}" for byte in value.encode())
    assert dn.key(f"cn={hexed}, DC=Example") == dn.key(dn.child("dc=example", "CN", value))


@pytest.mark.parametrize(
    ("text", "base", "under"),
    [
        ("CN=a,OU=Sales,DC=x", "ou=sales,dc=X", True),
        ("OU=Sales,DC=x", "OU=Sales,DC=x", True),
        ("DC=x", "OU=Sales,DC=x", False),
        (r"CN=a\,OU=Sales,DC=x", "OU=Sales,DC=x", False),
        ("CN=a,OU=Presales,DC=x", "OU=Sales,DC=x", False),
        ("CN=a", "", True),
    ],
)
def test_below_is_by_whole_parts(text: str, base: str, under: bool) -> None:
    assert dn.is_under(text, base) is under


def test_its_domain_is_read_from_its_end() -> None:
    assert dn.domain_name("CN=a,OU=b,DC=AD,DC=example") == "ad.example"


@pytest.mark.parametrize(("attribute", "value"), [("CN=x,OU", "a"), ("", "a"), ("CN", "")])
def test_what_can_be_no_part_is_refused(attribute: str, value: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        dn.child("DC=x", attribute, value)
