"""What changed in a domain since the last time, and what happens when nobody can say."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backends.directory import filters, read, write
from backends.directory.changes import Changes, cursor
from backends.directory.entry import Entry
from backends.directory.server import Server
from backends.directory.session import Session
from backends.error import BackendError
from domain.directory import dn
from tests.backends.directory.conftest import GOOD, MakeUser, principal
from tests.support.fault_proxy import FaultProxy
from tests.support.real_samba import ADMIN, BASE, PASSWORD, RealSamba, real_samba

WHAT = filters.USERS | filters.UNITS
ATTRIBUTES = ["sAMAccountName", "description"]
FAR = 20_000  # bytes: past the end of the TLS handshake, in the middle of a large answer


def _changes(session: Session, since: str | None) -> tuple[dict[uuid.UUID, Entry], Changes]:
    changes = Changes(session, since, WHAT, ATTRIBUTES)
    return {each.id: each for each in changes}, changes


def _now(session: Session) -> str:
    return _changes(session, None)[1].cursor


def test_a_first_read_has_everything(session: Session, user: MakeUser) -> None:
    made = user("Anna")
    found, changes = _changes(session, None)
    assert (changes.full, changes.why_full) == (True, "")
    assert found[made].text("sAMAccountName")
    everybody = {each.id for each in read.search(session, BASE, WHAT)}
    assert {each for each, entry in found.items() if not entry.deleted} == everybody


def test_nothing_changed(session: Session, user: MakeUser) -> None:
    user("Anna")
    found, changes = _changes(session, _now(session))
    assert (found, changes.full) == ({}, False)


def test_only_what_changed_comes_and_only_once(session: Session, user: MakeUser) -> None:
    anna, _ = user("Anna"), user("Bert")
    since = _now(session)
    write.modify(session, anna, {"description": write.put("new")})
    found, changes = _changes(session, since)
    assert (list(found), found[anna].text("description"), changes.full) == ([anna], "new", False)
    assert not found[anna].has("sAMAccountName")
    write.modify(session, anna, {"description": write.put()})
    emptied, again = _changes(session, changes.cursor)
    assert (emptied[anna].has("description"), emptied[anna].all("description")) == (True, ())
    assert _changes(session, again.cursor)[0] == {}


def test_a_rename_and_a_move_are_changes_of_the_same_object(
    session: Session, unit: str, user: MakeUser
) -> None:
    anna, bert, below = user("Anna"), user("Bert"), dn.child(unit, "OU", "below")
    write.create(session, below, ["organizationalUnit"], {})
    since = _now(session)
    write.rename(session, anna, dn.part("CN", "Anna, new"))
    write.move(session, bert, below)
    found, _ = _changes(session, since)
    assert {dn.key(each.dn) for each in found.values()} == {
        dn.key(dn.child(unit, "CN", "Anna, new")),
        dn.key(dn.child(below, "CN", "Bert")),
    }
    assert set(found) == {anna, bert}


def test_deleted_and_made_again_under_the_same_name_are_two(session: Session, user: MakeUser) -> None:
    before = user("Anna")
    since = _now(session)
    write.delete(session, before)
    after = user("Anna")
    found, _ = _changes(session, since)
    assert {each: entry.deleted for each, entry in found.items()} == {before: True, after: False}


def test_who_may_not_replicate_sees_what_is_visible(server: Server, session: Session, user: MakeUser) -> None:
    made = user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    with Session(replace(server, user=principal(name), password=GOOD)) as anna:
        with pytest.raises(BackendError) as failed:
            Changes(anna, None, WHAT)
        assert failed.value.kind == "denied"
        seen = Changes(anna, None, WHAT, ATTRIBUTES, only_visible=True)
        assert made in {each.id for each in seen}


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '["a", "b", "c", 1, "d"]', "null"])
def test_a_kept_text_that_is_no_cursor_means_all_of_it(session: Session, text: str) -> None:
    found, changes = _changes(session, text)
    assert (changes.full, bool(found), cursor(text)) == (True, True, None)
    assert (changes.why_full == "") is (text == "")


def test_a_cursor_the_controller_does_not_know_means_all_of_it(session: Session, user: MakeUser) -> None:
    made = user("Anna")
    kept = cursor(_now(session))
    assert kept is not None
    found, changes = _changes(session, str(replace(kept, cookie=b"forgotten")))
    assert (changes.full, made in found) == (True, True)
    assert "does not take the cursor" in changes.why_full
    assert _changes(session, changes.cursor)[1].full is False


def test_a_cursor_of_another_domain_means_all_of_it(session: Session) -> None:
    kept = cursor(_now(session))
    assert kept is not None
    changes = _changes(session, str(replace(kept, domain="DC=other,DC=example")))[1]
    assert (changes.full, "another domain" in changes.why_full) == (True, True)


def test_a_restored_controller_means_all_of_it(session: Session) -> None:
    kept = cursor(_now(session))
    assert kept is not None
    changes = _changes(session, str(replace(kept, invocation=uuid.uuid4())))[1]
    assert (changes.full, "restored from a backup" in changes.why_full) == (True, True)


def test_a_cursor_is_good_at_another_controller(session: Session) -> None:
    kept = cursor(_now(session))
    assert kept is not None
    other = replace(kept, service="CN=NTDS Settings,CN=DC2", invocation=uuid.uuid4(), usn=10**9)
    assert _changes(session, str(other))[1].full is False


@pytest.mark.parametrize("fault", ["cut", "drop", "garbage"])
def test_half_a_read_gives_no_cursor(behind: Server, proxy: FaultProxy, fault: str) -> None:
    with Session(behind) as session:
        proxy_fault = {
            "cut": lambda: proxy.cut(FAR),
            "drop": lambda: proxy.drop_answer(FAR),
            "garbage": lambda: proxy.garbage(after=FAR),
        }
        proxy_fault[fault]()
        with pytest.raises(BackendError) as failed:
            list(Changes(session, None, filters.EVERYTHING, ["*"]))
    assert (failed.value.kind in ("unreachable", "invalid"), proxy.spoiled) == (True, 1)


@pytest.fixture
def mortal() -> Iterator[RealSamba]:
    """A controller of the test's own."""
    with real_samba() as controller:
        yield controller


def test_an_old_copy_of_the_controller_is_noticed(mortal: RealSamba) -> None:
    server = Server("127.0.0.1", ADMIN, PASSWORD, mortal.port, mortal.ca_file, read_timeout=20)
    with Session(server) as session:
        lost = write.create(session, dn.child(BASE, "OU", "lost"), ["organizationalUnit"], {})
        found, changes = _changes(session, None)
        assert lost in found
    mortal.stop()
    mortal.go_back()
    mortal.start()
    with Session(server) as session:
        found, again = _changes(session, changes.cursor)
    assert (again.full, lost in found) == (True, False)
    assert "went back" in again.why_full


def test_a_cursor_outlives_the_controller(mortal: RealSamba) -> None:
    server = Server("127.0.0.1", ADMIN, PASSWORD, mortal.port, mortal.ca_file, read_timeout=20)
    with Session(server) as session:
        since = _now(session)
        made = write.create(session, dn.child(BASE, "OU", "kept"), ["organizationalUnit"], {})
    mortal.stop()
    mortal.start()
    with Session(server) as session:
        found, changes = _changes(session, since)
    assert (list(found), changes.full) == ([made], False)
