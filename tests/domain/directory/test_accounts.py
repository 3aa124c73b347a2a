"""Identities, flags and names of accounts, as a directory has them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.directory import guid, names
from domain.directory.filetime import NEVER, Expiry, filetime
from domain.directory.user_account_control import Account, Flag, account, is_person, with_enabled

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _account(control: int = Flag.NORMAL, computed: int = 0, **numbers: int) -> Account:
    given = {"lockout": 0, "password_set": filetime(AT), "password_ends": NEVER, "ends": 0} | numbers
    return account(control, computed, **given)


def test_the_first_three_fields_of_a_guid_are_turned_round() -> None:
    raw = bytes.fromhex("e004253f894f1143a0b50305e82c3301")
    assert guid.from_bytes(raw) == UUID("3f2504e0-4f89-4311-a0b5-0305e82c3301")
    assert guid.as_base(guid.from_bytes(raw)) == "<GUID=3f2504e0-4f89-4311-a0b5-0305e82c3301>"


@given(st.uuids())
def test_a_guid_comes_back(value: UUID) -> None:
    assert guid.from_bytes(guid.to_bytes(value)) == value == guid.parse(f"{{{str(value).upper()}}}")


@pytest.mark.parametrize("raw", [b"", bytes(15), bytes(17)])
def test_sixteen_bytes_are_a_guid(raw: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        guid.from_bytes(raw)


def test_a_sid_is_read() -> None:
    raw = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770f4010000")
    assert guid.sid_text(raw) == "S-1-5-21-2127521184-1604012920-1887927527-500"


@pytest.mark.parametrize("raw", [b"", bytes.fromhex("0105000000000005")])
def test_half_a_sid_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="SID"):
        guid.sid_text(raw)


def test_an_old_lock_is_no_lock() -> None:
    before = _account(lockout=filetime(AT))
    assert (before.locked, before.locked_at) == (False, None)
    now = _account(computed=Flag.LOCKED, lockout=filetime(AT))
    assert (now.locked, now.locked_at) == (True, AT)


def test_a_password_that_was_never_set_must_be_changed() -> None:
    found = _account(password_set=0, password_ends=0)
    assert (found.must_change_password, found.password_expires) == (True, Expiry("now"))


@pytest.mark.parametrize("flag", [Flag.PASSWORD_NEVER_EXPIRES, Flag.SMART_CARD_NEEDED])
def test_a_password_that_does_not_expire_need_not_be_changed(flag: Flag) -> None:
    found = _account(Flag.NORMAL | flag, password_set=0, password_ends=0)
    assert (found.must_change_password, found.password_expires) == (False, Expiry("never"))


@given(st.integers(0, 2**32 - 1))
def test_switching_changes_one_flag(control: int) -> None:
    off = with_enabled(control, False)
    assert not _account(off).enabled
    assert _account(with_enabled(off, True)).enabled
    assert (control ^ off) & ~Flag.DISABLED == 0


def test_computers_are_no_people() -> None:
    assert [is_person(each) for each in (Flag.NORMAL, Flag.WORKSTATION, Flag.SERVER)] == [True, False, False]


@pytest.mark.parametrize("name", ["a", "anna.smith", "Müller", "a b", "12345678901234567890", "o'neil", "a$"])
def test_account_names_that_are_taken(name: str) -> None:
    assert names.account_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", " ", "...", "123456789012345678901", "a.", " a", "a\n", "a@b", 'a"', "a\\b", "a*", "a,b", "a\0"],
)
def test_account_names_that_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="account name"):
        names.account_name(name)


def test_a_group_may_have_a_longer_name() -> None:
    assert names.group_name("x" * 256)
    with pytest.raises(ValueError, match="at most 256"):
        names.group_name("x" * 257)


@pytest.mark.parametrize(
    ("given", "family", "taken", "free"),
    [
        ("Anna", "Smith", set(), "anna.smith"),
        ("Anna", "Smith", {"anna.smith", "anna.smith2"}, "anna.smith3"),
        ("Jürgen", "Groß", set(), "jurgen.gross"),
        ("", "O'Neil", set(), "o-neil"),
        ("Maximilian", "Mustermann-Beispiel", set(), "maximilian.musterman"),
        ("Maximilian", "Mustermann", {"maximilian.musterman"}, "maximilian.musterma2"),
    ],
)
def test_a_free_name_is_proposed(given: str, family: str, taken: set[str], free: str) -> None:
    assert names.proposed(given, family, taken.__contains__) == free


def test_no_name_is_made_of_nothing() -> None:
    with pytest.raises(ValueError, match="no account name"):
        names.proposed("李", "小龍", lambda name: False)


@given(st.text(), st.text(), st.integers(0, 12))
def test_a_proposed_name_is_one_that_is_taken(given: str, family: str, used: int) -> None:
    taken: set[str] = set()
    for _ in range(used + 1):
        try:
            name = names.proposed(given, family, taken.__contains__)
        except ValueError:
            return
        assert name not in taken
        taken.add(names.account_name(name))


@pytest.mark.parametrize(
    "text", ["", "anna", "@example.org", "anna@", "an na@example.org", "a.@x.org", "a@x..org"]
)
def test_sign_in_names_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"sign-in name|no domain"):
        names.principal_name(text)


def test_a_sign_in_name_has_its_domain_in_small_letters() -> None:
    assert names.principal_name(" Anna.Smith@Example.ORG ") == "Anna.Smith@example.org"


@pytest.mark.parametrize("text", ["", "  ", "x" * 65, "two\nlines"])
def test_object_names_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="name"):
        names.object_name(text)
