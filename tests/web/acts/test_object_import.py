"""Does an import do what its preview says, row by row, and nothing when it comes a second time?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from node.site import Site
from store import change, database, secret
from store.object import read
from tests.support.object_site import add, site
from web.acts.object_import import import_file
from web.acts.refusal import Refusal
from web.shown import objects as shown

__all__ = ["site"]


def take(site: Site, kind: str, text: str, preview: bool = False, encoding: str = "utf-8") -> dict[str, Any]:
    return import_file(site, find(kind), text.encode(encoding), by="ann", preview=preview).shown()


def counts(**given: int) -> dict[str, int]:
    return {"create": 0, "change": 0, "same": 0, "error": 0, **given}


def names(kind: str = "organisation") -> list[str]:
    return [row["name"] for row in read.live(database.read(), kind)]


def test_a_preview_says_what_an_import_then_does(site: Site) -> None:
    add(site, "organisation", name="Same", city="Bern")
    add(site, "organisation", name="Other", city="Rome")
    text = "Name;City;Country\nsame;Bern;\nother;Roma;\nNew;Łódź;PL\nBad;x;Poland\nnew;y;\n"
    before = take(site, "organisation", text, preview=True)
    assert names() == ["Other", "Same"]
    done = take(site, "organisation", text)
    assert done["counts"] == before["counts"] == counts(create=1, change=2, error=2)
    assert done["rows"] == before["rows"]
    wrong = [(row["line"], row["text"]) for row in done["rows"] if row["what"] == "error"]
    assert [line for line, _ in wrong] == [5, 6]
    assert wrong[0][1].startswith("country: ")
    assert wrong[1][1] == "line 4 is about it already"
    assert names() == ["New", "other", "same"]


def test_the_same_file_twice_changes_nothing(site: Site) -> None:
    text = "\ufeffname,kind,parent\nTop,provider,\n" + "".join(f"org {n},customer,Top\n" for n in range(1200))
    assert take(site, "organisation", text)["counts"] == counts(create=1201)
    revisions = database.read().all("SELECT id, revision FROM organisation ORDER BY id")
    assert take(site, "organisation", text)["counts"] == counts(same=1201)
    assert database.read().all("SELECT id, revision FROM organisation ORDER BY id") == revisions


def test_an_export_can_be_imported_again(site: Site) -> None:
    add(site, "organisation", name="=1+1", note="two\nlines; -x", phone="+49 30")
    add(site, "server", name="web1", organisation="=1+1", read_by="local", server_group="'=odd")
    add(
        site,
        "check",
        server="web1",
        name="page",
        kind="http",
        settings={"statuses": [200, 204]},
        warning=-2.5,
    )
    add(site, "contact", organisation="=1+1", name="Ann", duties=["billing", "notices"], is_primary=True)
    add(site, "report_schedule", name="r", report="usage", recipients=["a@example.org", "b@example.org"])
    for kind in ("organisation", "server", "check", "contact", "report_schedule"):
        text = "".join(shown.written(database.read, find(kind)))
        assert not any(cell.startswith(("=", "+", "@")) for cell in text.replace("\r\n", ",").split(","))
        assert take(site, kind, text)["counts"] == counts(same=1), kind


def test_rows_may_refer_to_rows_that_come_later(site: Site) -> None:
    text = "name,parent\nlow,middle\nmiddle,top\ntop,\nlost,nobody\n"
    assert take(site, "organisation", text, preview=True)["counts"] == counts(create=3, error=1)
    assert take(site, "organisation", text)["counts"] == counts(create=3, error=1)
    assert [row["name"] for row in read.organisation_and_above(database.read(), "low")] == [
        *("low", "middle", "top")
    ]
    circle = take(site, "organisation", "name,parent\ntop,low\n")
    assert "circle" in circle["rows"][0]["text"]


def test_columns_that_are_not_there_stay_as_they_are(site: Site) -> None:
    add(site, "organisation", name="Acme", city="Bern", email="a@example.org")
    assert take(site, "organisation", "name,email\nAcme,\n")["counts"] == counts(change=1)
    row = read.by_key(database.read(), "organisation", "Acme")
    assert row is not None
    assert (row["city"], row["email"]) == ("Bern", "")


def test_secrets_are_sealed_once_and_stay_where_a_cell_is_empty(site: Site) -> None:
    text = "name,address,read_by,community\nweb1,192.0.2.1,snmp_v2c,a secret word\n"
    assert take(site, "server", text)["counts"] == counts(create=1)
    assert take(site, "server", text)["counts"] == counts(same=1)
    row = read.by_key(database.read(), "server", "web1")
    assert row is not None
    assert secret.follow(row["community"]) == "a secret word"
    assert take(site, "server", text.replace("a secret word", ""))["counts"] == counts(same=1)
    done = take(site, "server", text.replace("a secret word", "another word"))
    assert done["rows"][0]["text"] == "community (a secret)"
    assert secret.follow(row["community"]) == "another word"
    assert "word" not in str(change.latest(database.read())).replace("password", "")


def test_one_entry_tells_of_an_import_and_one_of_each_change(site: Site) -> None:
    add(site, "organisation", name="Acme")
    take(site, "organisation", "name,city\nAcme,Bern\nNew,Rome\n")
    rows = change.latest(database.read(), 10)
    assert [(row["action"], row["object"]) for row in rows[:2]] == [
        *(("organisation import", "objects organisation"), ("organisation change", "organisation Acme"))
    ]
    take(site, "organisation", "name\nAcme\n", preview=True)
    assert len(change.latest(database.read(), 10)) == len(rows)


def test_an_object_of_another_scope_is_another(site: Site) -> None:
    for name in ("a", "b"):
        add(site, "server", name=name)
    text = "server,name,kind\na,page,http\nb,page,http\nc,page,http\n"
    done = take(site, "check", text)
    assert done["counts"] == counts(create=2, error=1)
    assert done["rows"][0]["text"] == "server: there is no server 'c'"
    assert take(site, "check", text)["counts"] == counts(same=2, error=1)


def test_a_file_that_is_none_is_refused_whole(site: Site) -> None:
    for text, encoding in (("name\nAcme\n", "utf-16"), ("", "utf-8"), ("colour\nred\n", "utf-8")):
        with pytest.raises(Refusal) as caught:
            take(site, "organisation", text, encoding=encoding)
        assert caught.value.code == "bad_value"
    assert names() == []
