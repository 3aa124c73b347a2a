"""Are objects kept once, found again, guarded by their revision, and never lost while others need them?"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from domain.objects.catalogue import KINDS, find
from domain.objects.checked import checked
from store import database
from store.object import once, read, references, write
from store.object.references import BadReference
from store.object.write import KeyTaken, StillUsed
from tests.store.object.conftest import NOW, Make


def change(kind: str, object_id: int, revision: int = 1, /, **values: Any) -> bool:
    whole = checked(find(kind), values)
    return database.write(lambda tx: write.change(tx, kind, object_id, revision, whole, now=NOW + 1))


def archive(kind: str, object_id: int, revision: int = 1) -> bool:
    return database.write(lambda tx: write.archive(tx, kind, object_id, revision, now=NOW + 1))


def test_an_object_comes_back_as_it_was_given(make: Make) -> None:
    organisation = make("organisation", name="Łódź 東京")
    server = make("server", name="web1", organisation="łódź 東京".replace("ł", "Ł"), tls=True)
    check = make("check", server="WEB1", name="page", kind="http", warning=2)
    contact = make("contact", organisation="Łódź 東京", name="Ann", duties=["billing"])
    settings = {"a": [200, None, "ł"], "b": {"c": 1.5}}
    registrar = make(
        "registrar", name="r", protocol="rdap", address="https://rdap.example", settings=settings
    )
    tx = database.read()
    far = read.by_id(tx, "registrar", registrar)
    assert far is not None
    assert far["settings"] == settings
    row = read.by_id(tx, "check", check)
    assert row is not None
    assert (row["server"], row["server_id"], row["settings"]) == ("web1", server, {})
    assert (row["warning"], row["critical"], row["enabled"], row["revision"]) == (2.0, None, True, 1)
    found = read.by_id(tx, "contact", contact)
    assert found is not None
    assert (found["organisation_id"], found["duties"], found["sample"]) == (organisation, ["billing"], False)


def test_only_live_ones_that_are_alike_are_listed(make: Make) -> None:
    make("organisation", name="Acme")
    gone = make("organisation", name="Gone")
    first = make("server", name="b", organisation="Acme", read_by="local")
    second = make("server", name="a", organisation="Acme", enabled=False)
    make("server", name="c")
    archive("organisation", gone)
    tx = database.read()
    assert [row["id"] for row in read.live(tx, "server", organisation="ACME")] == [second, first]
    assert [row["id"] for row in read.live(tx, "server", organisation="Acme", enabled=True)] == [first]
    assert [row["name"] for row in read.live(tx, "server", organisation=None)] == ["c"]
    assert [row["name"] for row in read.live(tx, "organisation")] == ["Acme"]
    with pytest.raises(LookupError):
        read.live(tx, "server", colour="red")


def test_a_key_is_used_once_in_any_case_and_again_after_archiving(make: Make) -> None:
    first = make("organisation", name="Acme")
    with pytest.raises(KeyTaken):
        make("organisation", name="ACME")
    assert archive("organisation", first)
    second = make("organisation", name="acme")
    found = read.by_key(database.read(), "organisation", "Acme")
    assert found is not None
    assert found["id"] == second


def test_a_key_is_of_its_scope(make: Make) -> None:
    for name in ("a", "b"):
        make("server", name=name)
        make("check", server=name, name="disk", kind="http")
    with pytest.raises(KeyTaken):
        make("check", server="a", name="Disk", kind="http")
    tx = database.read()
    assert read.by_key(tx, "check", "disk") is None
    found = read.by_key(tx, "check", "disk", "B")
    assert found is not None
    assert found["server"] == "b"


def test_an_organisation_has_one_set_of_smtp_settings(make: Make) -> None:
    make("organisation", name="Acme")
    given = {"organisation": "Acme", "host": "mail.example.org", "sender": "a@example.org"}
    make("smtp_settings", **given)
    with pytest.raises(KeyTaken):
        make("smtp_settings", **given)


def test_of_two_edits_at_once_one_is_made(make: Make) -> None:
    server = make("server", name="web1")
    results: list[bool] = []
    barrier = threading.Barrier(2)

    def edit(address: str) -> None:
        barrier.wait()
        results.append(change("server", server, name="web1", address=address))
        database.drop_connection()

    threads = [threading.Thread(target=edit, args=(f"192.0.2.{n}",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    row = read.by_id(database.read(), "server", server)
    assert row is not None
    assert row["revision"] == 2


def test_a_reference_leads_to_what_is_there(make: Make) -> None:
    gone = make("organisation", name="Gone")
    archive("organisation", gone)
    for name in ("Nobody", "Gone"):
        with pytest.raises(BadReference, match=f"no organisation '{name}'"):
            make("server", name="web1", organisation=name)


def test_what_others_refer_to_is_not_archived(make: Make) -> None:
    organisation = make("organisation", name="Acme")
    server = make("server", name="web1", organisation="Acme")
    make("contact", organisation="Acme", name="Ann")
    with pytest.raises(StillUsed, match=r"contact Acme/Ann, server web1 refer to it"):
        archive("organisation", organisation)
    assert archive("server", server)
    users, number = references.users(database.read(), find("organisation"), organisation)
    assert ([user.label for user in users], number) == (["Acme/Ann"], 1)


def test_a_tree_stays_a_tree(make: Make) -> None:
    top = make("organisation", name="Top")
    make("organisation", name="Middle", parent="Top")
    make("organisation", name="Low", parent="Middle")
    for parent in ("Low", "Middle", "Top"):
        with pytest.raises(BadReference, match="circle"):
            change("organisation", top, name="Top", parent=parent)
    assert [row["name"] for row in read.organisation_and_above(database.read(), "low")] == [
        *("Low", "Middle", "Top")
    ]


def test_two_that_would_make_a_circle_at_once_do_not(make: Make) -> None:
    ids = [make("organisation", name=name) for name in ("A", "B")]
    barrier = threading.Barrier(2)
    done: list[bool] = []

    def put(own: int, name: str, parent: str) -> None:
        barrier.wait()
        try:
            done.append(change("organisation", own, name=name, parent=parent))
        except BadReference:
            done.append(False)
        database.drop_connection()

    threads = [
        threading.Thread(target=put, args=(ids[0], "A", "B")),
        threading.Thread(target=put, args=(ids[1], "B", "A")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]


def test_pages_go_through_all_once_also_while_some_are_added(make: Make) -> None:
    for n in range(7):
        make("organisation", name=f"org {n}")
    seen: list[str] = []
    after = None
    while True:
        rows, after = read.page(database.read(), "organisation", limit=3, after=after)
        seen += [row["name"] for row in rows]
        if len(seen) == 3:
            make("organisation", name="aaa")
        if after is None:
            break
    assert seen == [f"org {n}" for n in range(7)]


def test_a_search_looks_into_all_texts(make: Make) -> None:
    make("organisation", name="Top", city="Łódź")
    make("organisation", name="Low", parent="Top", note="50% off_")
    tx = database.read()

    def found(text: str) -> list[str]:
        return [row["name"] for row in read.page(tx, "organisation", text=text)[0]]

    assert found("dź") == ["Top"]
    assert found("TOP") == ["Low", "Top"]
    assert found("0% off_") == ["Low"]
    assert found("0%_off") == []


def test_every_kind_can_be_searched_counted_and_read(make: Make) -> None:
    for kind in KINDS:
        assert read.page(database.read(), kind, text="x") == ([], None)
        assert read.count(database.read(), kind) == 0
        assert list(read.every(database.read, kind)) == []


def test_a_key_of_a_request_is_remembered_for_a_day() -> None:
    database.write(lambda tx: once.remember(tx, "k", "server", 7, "what", NOW))
    tx = database.read()
    assert once.made(tx, "k", NOW + once.REMEMBERED - 1) == ("server", 7, "what")
    assert once.made(tx, "k", NOW + once.REMEMBERED) is None
    database.write(lambda tx: once.remember(tx, "k", "server", 8, "what", NOW + once.REMEMBERED))
    assert once.made(database.read(), "k", NOW + once.REMEMBERED) == ("server", 8, "what")
