"""Objects as they are made, found, changed, moved and deleted in a real domain."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from backends.directory import account, filters, read, write
from backends.directory.server import Server
from backends.directory.session import Session
from backends.error import BackendError, Kind
from domain.directory import dn
from tests.backends.directory.conftest import GOOD, MakeUser, principal
from tests.support.fault_proxy import FaultProxy
from tests.support.real_samba import BASE

MakeGroup = Callable[[str], str]
#: What would be a condition, a wildcard, another part of a name or an end of it, if it were not escaped.
NASTY = [
    "Smith, Anna",
    "a+b=c",
    '"quoted"',
    " spaces ",
    "#1",
    "back\\slash",
    "<a>;b",
    "*",
    "a)(objectClass=*",
    "(|(cn=*))",
    "CN=x,DC=y",
    "Žofie Nováková",
    "李小龍",
    "tab\there",
]


def _fails(kind: Kind, act: Callable[[], object]) -> str:
    with pytest.raises(BackendError) as failed:
        act()
    assert failed.value.kind == kind, str(failed.value)
    return str(failed.value)


def _names(session: Session, unit: str, condition: filters.Filter) -> list[str]:
    return sorted(dn.name(each.dn) for each in read.search(session, unit, condition, scope="children"))


def _user(session: Session, unit: str, name: str) -> uuid.UUID:
    own: dict[str, write.Value] = {
        "sAMAccountName": uuid.uuid4().hex[:20],
        "userAccountControl": account.NORMAL | account.DISABLED,
    }
    return write.create(session, dn.child(unit, "CN", name), ["user"], own)


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_kept_and_found_as_it_is(session: Session, unit: str, name: str) -> None:
    made = _user(session, unit, name)
    _user(session, unit, "another")
    write.modify(session, made, {"displayName": write.put(name)})
    found = read.get(session, made, ["displayName", "cn"])
    assert (dn.name(found.dn), found.text("displayName"), found.text("cn")) == (name, name, name)
    assert dn.key(dn.parent(found.dn)) == dn.key(unit)
    for condition in (filters.equals("cn", name), filters.contains("displayName", name)):
        assert _names(session, unit, condition) == [name]
    assert [each.id for each in read.search(session, unit, filters.equals("objectGUID", made))] == [made]


@pytest.mark.parametrize("name", NASTY)
def test_a_rename_and_a_move_keep_who_it_is(session: Session, unit: str, name: str) -> None:
    below = dn.child(unit, "OU", "below")
    write.create(session, below, ["organizationalUnit"], {})
    made = _user(session, unit, "before")
    write.rename(session, made, dn.part("CN", name))
    write.move(session, made, below)
    found = read.get(session, made)
    assert (found.id, dn.name(found.dn)) == (made, name)
    assert dn.key(dn.parent(found.dn)) == dn.key(below)


@pytest.mark.parametrize("attribute", ["cn)(objectClass", "", "cn=*", "c n", "cn;range=0-1"])
def test_a_condition_has_a_plain_attribute(attribute: str) -> None:
    with pytest.raises(ValueError, match="no name of an attribute"):
        filters.equals(attribute, "x")


def test_conditions_are_put_together(session: Session, unit: str) -> None:
    for name in ("a1", "a2", "b1"):
        _user(session, unit, name)
    begins, two = filters.begins("cn", "a"), filters.equals("cn", "a2")
    assert _names(session, unit, begins & ~two) == ["a1"]
    assert _names(session, unit, two | filters.equals("cn", "b1")) == ["a2", "b1"]
    assert _names(session, unit, filters.has_bits("userAccountControl", 2)) == ["a1", "a2", "b1"]
    assert _names(session, unit, filters.at_least("uSNCreated", 1) & filters.at_most("uSNCreated", 2)) == []


def test_many_come_page_by_page_and_each_once(session: Session, unit: str) -> None:
    for number in range(7):
        _user(session, unit, f"user {number}")
    found = [each.id for each in read.search(session, unit, filters.USERS, page=3)]
    assert (len(found), len(set(found))) == (7, 7)


def test_what_is_there_already_is_a_conflict(session: Session, unit: str) -> None:
    _user(session, unit, "Anna")
    _fails("conflict", lambda: _user(session, unit, "ANNA"))


def test_an_account_name_is_there_once(session: Session, unit: str) -> None:
    own = {"sAMAccountName": uuid.uuid4().hex[:20]}
    write.create(session, dn.child(unit, "CN", "one"), ["user"], own)
    _fails("conflict", lambda: write.create(session, dn.child(unit, "CN", "two"), ["user"], own))


def test_what_it_should_lie_in_is_missing(session: Session, unit: str) -> None:
    _fails("missing", lambda: _user(session, f"OU=none,{unit}", "Anna"))
    _fails("missing", lambda: write.move(session, uuid.uuid4(), unit))


@pytest.mark.parametrize("name", ["no name", "CN=a,,", "CN=a\\", "=", "<GUID=nonsense>", "\0"])
def test_a_malformed_name_is_an_error_in_words(session: Session, name: str) -> None:
    with pytest.raises(BackendError) as failed:
        write.modify(session, name, {"description": write.put("x")})
    assert failed.value.kind in ("invalid", "missing", "denied")
    assert read.get(session, BASE).dn == BASE


def test_what_is_gone_is_missing(session: Session, user: MakeUser) -> None:
    made = user("Anna")
    write.delete(session, made)
    _fails("missing", lambda: read.get(session, made))
    _fails("missing", lambda: write.modify(session, made, {"title": write.put("x")}))
    _fails("missing", lambda: write.delete(session, made))


def test_a_tombstone_is_seen_by_whoever_asks_for_it(session: Session, user: MakeUser) -> None:
    made = user("Anna")
    write.delete(session, made)
    found = read.get(session, made, deleted=True)
    assert (found.id, found.deleted) == (made, True)
    gone = read.search(session, BASE, filters.equals("isDeleted", "TRUE"), deleted=True)
    assert made in [each.id for each in gone]


def test_a_full_unit_is_deleted_only_with_all_it_has(session: Session, unit: str, user: MakeUser) -> None:
    made = user("Anna")
    _fails("conflict", lambda: write.delete(session, unit))
    assert read.get(session, made).id == made
    write.delete(session, unit, tree=True)
    _fails("missing", lambda: read.get(session, made))


def test_attributes_are_set_emptied_and_guarded(session: Session, user: MakeUser) -> None:
    made = user("Anna")
    write.modify(session, made, {"title": write.put("Dr."), "otherTelephone": write.put("1", "2")})
    write.modify(session, made, {"otherTelephone": write.Change("add", ("3",))})
    found = read.get(session, made, ["title", "otherTelephone"])
    assert (found.text("title"), sorted(found.texts("otherTelephone"))) == ("Dr.", ["1", "2", "3"])
    swap = [write.Change("remove", ("Mr.",)), write.Change("add", ("Prof.",))]
    _fails("conflict", lambda: write.modify(session, made, {"title": swap, "info": write.put("half")}))
    write.modify(session, made, {"title": write.put()})
    after = read.get(session, made, ["title", "info"])
    assert (after.all("title"), after.all("info")) == ((), ())


def test_an_unknown_attribute_is_refused_in_words(session: Session, user: MakeUser) -> None:
    said = _fails("invalid", lambda: write.modify(session, user("Anna"), {"noSuch": write.put("x")}))
    assert "does not know an attribute" in said


def test_who_may_not_is_denied(server: Server, user: MakeUser) -> None:
    made = user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    other = user("Bert")
    with Session(replace(server, user=principal(name), password=GOOD)) as anna:
        _fails("denied", lambda: write.modify(anna, other, {"title": write.put("x")}))
        assert read.get(anna, made).id == made


@pytest.mark.parametrize("password", ["pw-1X", "allsmallletters", "", "1234567"])
def test_a_weak_password_is_refused_and_never_repeated(
    session: Session, user: MakeUser, password: str
) -> None:
    made = user("Anna")
    said = _fails("invalid", lambda: account.set_password(session, made, password))
    assert "does not meet the rules of the domain" in said
    assert not password or password not in said


def test_an_account_is_switched_once(session: Session, user: MakeUser) -> None:
    made = user("Anna")
    keeps = account.NORMAL | 0x10000
    write.modify(session, made, {"userAccountControl": write.put(keeps)})
    assert [account.enable(session, made, False) for _ in range(2)] == [True, False]
    assert read.get(session, made, account.STATE).number("userAccountControl") == keeps | account.DISABLED
    assert [account.enable(session, made) for _ in range(2)] == [True, False]


def test_members_come_and_go_and_nothing_twice(
    session: Session, unit: str, user: MakeUser, group: MakeGroup
) -> None:
    team = group("team")
    people = [read.get(session, user(f"user, {number}")).dn for number in range(5)]
    write.add_members(session, team, people[:2])
    for _ in range(2):
        write.add_members(session, team, people)
    assert sorted(read.members(session, team)) == sorted(people)
    for _ in range(2):
        write.remove_members(session, team, people[:2])
    assert sorted(read.members(session, team)) == sorted(people[2:])


def test_who_is_not_there_becomes_no_member(session: Session, unit: str, group: MakeGroup) -> None:
    team, other = group("team"), group("other")
    nobody = dn.child(unit, "CN", "nobody")
    _fails("missing", lambda: write.add_members(session, team, [other, nobody]))
    assert list(read.members(session, team)) == []


@pytest.mark.parametrize("step", [1, 2, 4, 5, 6])
def test_a_long_list_of_members_is_read_part_by_part(
    session: Session, unit: str, group: MakeGroup, step: int
) -> None:
    team = group("team")
    people = [group(f"member {number}") for number in range(5)]
    write.add_members(session, team, people)
    assert sorted(read.members(session, team, step=step)) == sorted(people)


def test_a_part_of_a_list_is_never_taken_for_all_of_it(session: Session, group: MakeGroup) -> None:
    team = group("team")
    write.add_members(session, team, [group("one"), group("two")])
    some, whole = (read.get(session, team, [f"member;range=0-{last}"]) for last in "0*")
    assert (len(some.all("member")), some.cut) == (1, frozenset({"member"}))
    assert (len(whole.all("member")), whole.cut) == (2, frozenset())


def test_a_group_without_members_has_none(session: Session, group: MakeGroup) -> None:
    assert list(read.members(session, group("empty"))) == []
    _fails("missing", lambda: list(read.members(session, uuid.uuid4())))


def test_members_of_members_are_found_in_spite_of_loops(
    session: Session, unit: str, user: MakeUser, group: MakeGroup
) -> None:
    outer, inner, deep = (group(name) for name in ("outer, 1", "inner (2)", "deep*"))
    anna, bert = user("Anna"), user("Bert")
    user("nobody's")
    write.add_members(session, outer, [inner, read.get(session, bert).dn])
    write.add_members(session, inner, [deep])
    write.add_members(session, deep, [read.get(session, anna).dn, outer])
    found = [each.id for each in read.nested_members(session, BASE, outer)]
    assert sorted(found) == sorted([anna, bert])


@pytest.mark.parametrize("fault", ["drop", "hang", "garbage", "flip"])
def test_nobody_knows_of_a_change_whose_answer_is_lost(
    behind: Server, session: Session, unit: str, proxy: FaultProxy, fault: str
) -> None:
    name = dn.child(unit, "OU", "new")
    with Session(replace(behind, read_timeout=1)) as unlucky:
        {
            "drop": proxy.drop_answer,
            "hang": proxy.hang,
            "garbage": proxy.garbage,
            "flip": lambda: proxy.flip(10),
        }[fault]()
        said = _fails("unknown_outcome", lambda: write.create(unlucky, name, ["organizationalUnit"], {}))
        assert "nobody knows" in said
        _fails("unreachable", lambda: write.create(unlucky, name, ["organizationalUnit"], {}))
    if fault != "hang":  # then it never arrived
        assert read.get(session, name).dn == name
