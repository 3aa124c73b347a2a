"""Is what a controller gives read as it is meant, also what no test controller gives?"""

from __future__ import annotations

from uuid import UUID

import pytest

from actors.directories.entry import is_user, member_guid, user_facts, user_state
from backends.directory.entry import Entry

GUID = UUID("3f2504e0-4f89-11d3-9a0c-0305e82c3301")
ANNA = {
    "objectclass": (b"top", b"person", b"user"),
    "samaccountname": (b"anna",),
    "useraccountcontrol": (b"512",),
}


def made(**more: bytes) -> Entry:
    return Entry(GUID, "CN=Anna,DC=example", {**ANNA, **{name: (value,) for name, value in more.items()}})


@pytest.mark.parametrize(
    ("value", "guid"),
    [
        (f"<GUID={GUID}>;<SID=S-1-5-21-1>;CN=Anna,DC=example", str(GUID)),
        (f"<GUID={GUID.hex}>;CN=Anna", str(GUID)),
        ("CN=<GUID=1>,DC=example", None),
        ("CN=Anna,DC=example", None),
    ],
)
def test_a_member_is_known_by_its_guid_where_it_has_one(value: str, guid: str | None) -> None:
    assert member_guid(value) == guid


def test_a_text_that_no_database_takes_is_made_one() -> None:
    facts = user_facts(made(displayname=b"An\0na \xff" + b"x" * 1000, mail=b"a@example.org"))
    assert facts.name.startswith("Anna \ufffd")
    assert len(facts.name) == 500


def test_a_computer_is_no_user() -> None:
    assert is_user(made())
    assert not is_user(Entry(GUID, "CN=PC", {**ANNA, "objectclass": (b"user", b"computer")}))


def test_a_number_that_is_none_is_told_and_guesses_nothing() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        user_facts(made(pwdlastset=b"yesterday"))
    with pytest.raises(ValueError, match="invalid literal"):
        user_state(made(lockouttime=b""))


def test_an_account_without_numbers_is_a_plain_one() -> None:
    facts, state = user_facts(made(pwdlastset=b"1")), user_state(made())
    assert (facts.name, facts.enabled, facts.must_change) == ("anna", True, False)
    assert (state.locked, state.locked_at) == (False, None)
