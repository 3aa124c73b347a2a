"""Can an admin keep objects at the page, see what is wrong beside its field, and lose nobody's edit?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from domain.objects.catalogue import KINDS
from node.site import key_source
from store import database, secret
from store.object import read
from tests.support.visitors import Application

EVIL = "<script>alert(1)</script>"
SERVER = {
    "name": "web1",
    "kind": "web",
    "address": "192.0.2.1",
    "read_by": "nothing",
    "port": "0",
    "auth_protocol": "sha256",
    "privacy_protocol": "aes128",
    "path": "/metrics",
    "enabled": "yes",
}


@pytest.fixture(autouse=True)
def _keys(application: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    secret.use(key_source(application.site.settings))
    yield
    monkeypatch.setattr(secret, "_source", None)


def add(client: TestClient, kind: str, /, **values: str) -> str:
    answer = client.post(f"/objects/{kind}/new", data=values)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def server(address: str = "") -> str:
    row = read.by_key(database.read(), "server", "web1")
    assert row is not None
    return str(row["address"])


def test_an_object_from_the_form_to_the_archive(application: Application) -> None:
    client = application.signed_in("admin")
    organisation = add(client, "organisation", name=EVIL, kind="customer")
    page = add(client, "server", **SERVER, organisation=EVIL)
    shown = client.get(page).text
    assert EVIL not in shown
    assert html.escape(EVIL) in shown
    assert "server web1" in text(client.get(organisation).text)
    assert "web1" in text(client.get("/objects/server?q=192.0").text)
    client.post(f"{organisation}/archive", data={})
    assert "is still used: server web1" in text(client.get(organisation).text)
    assert client.post(f"{page}/archive", data={"revision": "1"}).headers["location"] == "/objects/server"
    assert "web1" not in text(client.get("/objects/server").text).replace("web1 is archived", "")
    assert "web1" in text(client.get("/objects/server?archived=yes").text)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(application: Application) -> None:
    client = application.signed_in("admin")
    answer = client.post(
        "/objects/server/new", data={**SERVER, "address": "no host", "server_group": "front"}
    )
    assert answer.status_code == 422
    field = re.search(r'<input id="f-address"[^>]*>', answer.text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert "problem-address" in field[0]
    assert 'value="front"' in answer.text
    assert "is no host name" in text(answer.text)
    emptied = client.post(add(client, "server", **SERVER), data={**SERVER, "name": "", "revision": "1"})
    assert (emptied.status_code, "it is empty" in emptied.text) == (422, True)


def test_a_newer_edit_is_shown_and_not_overwritten(application: Application) -> None:
    client = application.signed_in("admin")
    page = add(client, "server", **SERVER)
    client.post(page, data={**SERVER, "address": "192.0.2.9", "revision": "1"})
    answer = client.post(page, data={**SERVER, "address": "192.0.2.5", "revision": "1"})
    assert answer.status_code == 412
    assert "now: 192.0.2.9" in text(answer.text)
    assert 'value="192.0.2.5"' in answer.text
    assert server() == "192.0.2.9"
    newer = re.search(r'name="revision" value="(\d+)"', answer.text)
    assert newer is not None
    client.post(page, data={**SERVER, "address": "192.0.2.5", "revision": newer[1]})
    assert server() == "192.0.2.5"


def test_a_secret_is_written_and_never_shown(application: Application) -> None:
    client = application.signed_in("admin")
    given = {**SERVER, "read_by": "snmp_v2c", "community": "a secret word"}
    page = add(client, "server", **given)
    shown = client.get(page).text
    assert "a secret word" not in shown
    assert "vault:object.server." in shown
    client.post(page, data={**given, "community": "", "address": "192.0.2.7", "revision": "1"})
    row = read.by_key(database.read(), "server", "web1")
    assert row is not None
    assert (row["address"], secret.follow(row["community"])) == ("192.0.2.7", "a secret word")
    client.post(page, data={**SERVER, "community": "", "clear": "community", "revision": "2"})
    assert secret.rows(database.read()) == []
    refused = client.post(page, data={**given, "port": "x", "revision": "3"})
    assert (refused.status_code, "a secret word" in refused.text) == (422, False)


def test_a_reference_is_chosen_from_what_is_there(application: Application) -> None:
    client = application.signed_in("admin")
    for name in ("Acme", "Globex"):
        add(client, "organisation", name=name, kind="customer")
    form = client.get("/objects/server/new").text
    assert 'list="choices-organisation"' in form
    assert '<option value="Globex">' in form
    assert client.get("/objects/organisation/choices?organisation=glo").text.count("<option") == 1


def test_a_file_is_looked_at_before_it_is_imported(application: Application) -> None:
    client = application.signed_in("admin")
    file = {"file": ("a.csv", b"name,kind\nAcme,customer\nBad,friend\n", "text/csv")}
    looked = client.post("/objects/organisation/import", files=file, data={"do": "preview"})
    assert "1 added, 0 changed, 0 as they are, 1 wrong" in text(looked.text)
    assert read.count(database.read(), "organisation") == 0
    client.post("/objects/organisation/import", files=file, data={"do": "import"})
    assert read.count(database.read(), "organisation") == 1
    bad = {"file": ("a.csv", "name\nAcme\n".encode("utf-16"), "text/csv")}
    refused = client.post("/objects/organisation/import", files=bad, data={"do": "import"})
    assert (refused.status_code, "UTF-8" in refused.text) == (400, True)
    assert "Acme" in client.get("/objects/organisation/export").text


def test_the_result_of_a_test_is_told(application: Application) -> None:
    admin = application.signed_in("admin")
    add(admin, "organisation", name="Acme", kind="customer")
    given = {"organisation": "Acme", "host": "127.0.0.1", "port": "1", "security": "none"}
    page = add(admin, "smtp_settings", **given, sender="a@example.org")
    said = text(application.signed_in("operator").post(f"{page}/test").text)
    assert "The connection does not work" in said
    assert "127.0.0.1:1" in said


def test_a_viewer_reads_and_is_offered_nothing_else(application: Application) -> None:
    page = add(application.signed_in("admin"), "server", **SERVER)
    viewer = application.signed_in("viewer")
    assert "<form" not in viewer.get(page).text.partition("<main")[2]
    assert "Add…" not in viewer.get("/objects/server").text
    assert "192.0.2.1" in text(viewer.get(page).text)


def test_every_kind_has_its_pages(application: Application) -> None:
    client = application.signed_in("admin")
    index = client.get("/objects").text
    for kind in KINDS:
        assert f'href="/objects/{kind.name}"' in index
        for part in ("", "/new", "/import", "/export", "/choices"):
            assert client.get(f"/objects/{kind.name}{part}").status_code == 200, (kind.name, part)
