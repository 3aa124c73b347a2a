"""Does the API do with objects what its description says, for each role what it may?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import KINDS
from store import database, secret
from tests.web.api.asking import Api, api, scene
from web.app import description

__all__ = ["api", "scene"]

WORD = "correct horse battery"


def add(api: Api, kind: str, /, **values: Any) -> dict[str, Any]:
    answer = api.post(f"/objects/{kind}", values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_an_object_from_its_first_day_to_its_last(api: Api) -> None:
    add(api, "organisation", name="Łódź GmbH", reason="signed")
    made = api.post("/objects/server", {"name": "web1", "organisation": "łódź gmbh".replace("ł", "Ł")})
    path = f"/objects/server/{made.json()['id']}"
    tag = api.get(path).headers["etag"]
    assert tag == made.headers["etag"] == '"1"'
    changed = api.patch(path, {"address": "192.0.2.1"}, if_match=tag)
    assert (changed.status_code, changed.json()["address"], changed.headers["etag"]) == (
        200,
        "192.0.2.1",
        '"2"',
    )
    late = api.patch(path, {"address": "192.0.2.2"}, if_match=tag)
    assert late.status_code == 412
    assert late.json()["current"]["address"] == "192.0.2.1"
    assert api.patch(path, {"address": "192.0.2.2"}).status_code == 428
    refused = api.post(f"/objects/organisation/{made.json()['organisation_id']}/archive")
    assert refused.status_code == 409
    assert "server web1" in refused.json()["detail"]
    assert api.post(f"{path}/archive", if_match=tag).status_code == 412
    assert api.post(f"{path}/archive", {"reason": "gone"}, if_match='"2"').status_code == 204
    assert api.get("/objects/server").json() == {"objects": [], "next": None}
    assert [row["name"] for row in api.get("/objects/server?archived=true").json()["objects"]] == ["web1"]


def test_problems_are_named_by_field(api: Api) -> None:
    answer = api.post("/objects/server", {"name": "", "port": 99999, "colour": "red"})
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"name", "port", "colour"}


def test_the_same_key_makes_one_object(api: Api) -> None:
    said = [api.post("/objects/organisation", {"name": "Acme"}, idempotency_key="k") for _ in range(2)]
    assert [answer.status_code for answer in said] == [201, 200]
    assert said[0].json()["id"] == said[1].json()["id"]
    assert api.post("/objects/organisation", {"name": "B"}, idempotency_key="k").status_code == 422
    assert api.post("/objects/organisation", {"name": "ACME"}).status_code == 409


def test_no_answer_holds_a_secret(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from node.site import key_source

    site = api.app.state.site
    secret.use(key_source(site.settings))
    made = add(api, "server", name="web1", address="192.0.2.1", read_by="snmp_v2c", community=WORD)
    assert secret.follow(made["community"]) == WORD
    path = f"/objects/server/{made['id']}"
    answers = [
        api.get(path),
        api.get("/objects/server"),
        api.get("/objects/server/export"),
        api.get("/audit"),
    ]
    answers += [api.patch(path, {"community": [WORD]}, if_match="*"), api.get("/secrets"), api.get("/audit")]
    assert not [answer.url for answer in answers if WORD in answer.text]
    monkeypatch.setattr(secret, "_source", None)


def test_lists_are_searched_filtered_and_cut_into_pages(api: Api) -> None:
    for n in range(3):
        add(api, "server", name=f"web{n}", kind="web", enabled=n > 0)
    first = api.get("/objects/server?limit=2").json()
    rest = api.get(f"/objects/server?limit=2&cursor={first['next']}").json()
    assert [row["name"] for row in first["objects"] + rest["objects"]] == ["web0", "web1", "web2"]
    assert rest["next"] is None
    found = api.get("/objects/server?filter=enabled=yes&filter=kind=web&q=EB2").json()["objects"]
    assert [row["name"] for row in found] == ["web2"]
    assert [row["name"] for row in api.get("/objects/server?named=WEB1").json()["objects"]] == ["web1"]
    for wrong in ("colour=red", "port=x", "enabled=perhaps", "community=x", "name"):
        assert api.get(f"/objects/server?filter={wrong}").status_code == 422, wrong


def test_what_is_not_there_says_so(api: Api) -> None:
    for path in ("/objects/sever", "/objects/server/7", "/objects/sever/7", "/objects/server/0"):
        assert api.get(path).status_code in (404, 422), path
    assert api.get("/objects/sever").json()["code"] == "unknown_kind"
    assert api.get("/objects/server/7").json()["code"] == "unknown_object"


def test_a_file_is_looked_at_and_then_imported(api: Api) -> None:
    def take(query: str, text: bytes) -> Any:
        headers = {"content-type": "text/csv", "sec-fetch-site": "same-origin"}
        return api.client.post(f"/api/v1/objects/organisation/import{query}", content=text, headers=headers)

    text = "name;city\nŁódź;x\nBad;\ud7ff\n;y\n".encode()
    looked = take("?preview=true", text).json()
    assert (looked["preview"], looked["counts"]["create"], looked["counts"]["error"]) == (True, 2, 1)
    assert api.get("/objects/organisation").json()["objects"] == []
    done = take("?reason=a+move", text).json()
    assert done["counts"] == looked["counts"]
    assert done["rows"][0] == {"line": 4, "what": "error", "label": "", "text": "name: it is empty"}
    assert take("", text.decode().encode("utf-16")).status_code == 422
    assert api.get("/objects/organisation/export").text.startswith("name,kind,parent")


@pytest.mark.parametrize(
    ("role", "read", "write", "test"), [("viewer", 200, 403, 403), ("operator", 200, 403, 409)]
)
def test_each_role_does_what_it_may(api: Api, role: str, read: int, write: int, test: int) -> None:
    made = add(api, "organisation", name="Acme")
    api.be(role)
    path = f"/objects/organisation/{made['id']}"
    assert [api.get(each).status_code for each in (path, "/objects", "/objects/organisation/export")] == [
        read
    ] * 3
    assert api.post("/objects/organisation", {"name": "B"}).status_code == 403
    assert api.patch(path, {"name": "B"}, if_match="*").status_code == 403
    assert api.post(f"{path}/archive").status_code == 403
    assert api.post(f"{path}/test").status_code == test


def test_every_kind_is_listed_and_described(api: Api) -> None:
    listed = api.get("/objects").json()["kinds"]
    assert [row["name"] for row in listed] == [kind.name for kind in KINDS]
    schemas = description()["components"]["schemas"]
    for row in listed:
        described = schemas[f"object_{row['name']}"]["properties"]
        assert set(described) == {field["name"] for field in row["fields"]} | {"reason"}
    assert database.is_open()
