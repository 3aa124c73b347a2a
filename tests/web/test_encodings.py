"""Is text in a wrong encoding, or with what no database takes, refused on every route?

One place refuses it, before any handler. So each route is asked with some of what is wrong, in turns, and
all of it is sent somewhere, and wherever that place knows an exception.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from starlette.testclient import TestClient

from tests.support.visitors import FILE, OWN_PAGE, Application, running_application
from tests.web.test_access_matrix import routes
from web.access.readable import ANSWERS, FILES

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
TEXT = '{"reason": "für später"}'
PART = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n%s\r\n--x--\r\n'

#: What no route takes: Content-Type, body, and the status where that is its only fault.
WRONG: dict[str, tuple[str, bytes, int]] = {
    "JSON in UTF-16": (JSON, TEXT.encode("utf-16"), 400),
    "JSON in UTF-16 without a mark": (JSON, b'{"reason": "a"}'.decode().encode("utf-16-le"), 422),
    "JSON in UTF-32": (JSON, TEXT.encode("utf-32"), 400),
    "JSON in latin-1": (JSON, TEXT.encode("latin-1"), 400),
    "JSON in latin-1 that says so": (f"{JSON}; charset=iso-8859-1", TEXT.encode("latin-1"), 415),
    "JSON cut in a letter": (JSON, TEXT.encode()[:14], 400),
    "JSON with a surrogate": (JSON, b'{"reason": "\xed\xa0\x80"}', 400),
    "JSON with NUL": (JSON, b'{"reason": "a\x00b"}', 422),
    "JSON with an escaped NUL": (JSON, b'{"reason": "\\\\\\u0000"}', 422),
    "JSON with NUL in a name": (JSON, b'{"a\\u0000": 1}', 422),
    "JSON with a mark": (JSON, b"\xef\xbb\xbf" + TEXT.encode(), 400),
    "bytes": (JSON, bytes(range(256)), 400),
    "XML": ("application/xml", b"<reason/>", 415),
    "plain text": ("text/plain", TEXT.encode(), 415),
    "no type": ("", TEXT.encode(), 415),
    "a type that is none": ("\xff/\xff;;charset", TEXT.encode(), 415),
    "a form in latin-1": (FORM, "name=für".encode("latin-1"), 400),
    "a form in UTF-8 as it is": (FORM, "name=für".encode(), 400),
    "a form in UTF-16": (FORM, "name=für".encode("utf-16"), 400),
    "a form with bytes": (FORM, b"name=%ff%fe", 400),
    "a form with a surrogate": (FORM, b"name=%ed%a0%80", 400),
    "a form with NUL": (FORM, b"name=a%00b", 422),
    "a form with NUL in a name": (FORM, b"na%00me=a", 422),
    "parts with NUL": (PARTS, PART % b"a\x00b", 422),
    "parts in latin-1": (PARTS, PART % "für".encode("latin-1"), 400),
}
#: Valid text that means nothing: handlers refuse it.
ODD = {
    "cut": b'{"reason": ',
    "a lone surrogate": b'{"reason": "\\ud800", "\\udfff": 1}',
    "deep": b"[" * 100_000,
    "a long number": b'{"limit": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"limit": NaN}',
    "a list": b"[1]",
    "nothing": b"null",
}


@pytest.fixture
def on_sqlite(
    tmp_path: Any, sqlite_engine_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    yield from running_application(tmp_path, monkeypatch, FILE)


def admin(application: Application) -> TestClient:
    """A program of an admin; what fails in the server is a status for it, as for all programs."""
    application.app.state.feed.close()  # its stream ends at once
    token = application.token("admin", "admin")
    client = TestClient(
        application.app,
        base_url="http://127.0.0.1:8080",
        headers={"authorization": f"Bearer {token}", "if-match": "*"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )
    client.portal = application.loop
    return client


def changing(application: Application) -> list[tuple[str, str]]:
    """Method and address of everything that changes something."""
    known = {(method, filled(path)) for method, path, _ in routes(application.app)}
    return sorted(each for each in known if each[0] != "GET")


def filled(path: str, word: str = "1") -> str:
    return re.sub(r"\{[^}]+\}", word, path).replace("/services/1", "/services/events_manager")


def asked_with(application: Application, what: str) -> list[tuple[str, str]]:
    """Every third of the routes that take such a body, every tenth of the others, and all exceptions."""
    turn, kind = list(WRONG).index(what), WRONG[what][0]
    own, others = [], []
    for each in changing(application):
        (own if (JSON in kind) == each[1].startswith("/api/") else others).append(each)
    special = [each for each in own if FILES.fullmatch(each[1]) or ANSWERS.fullmatch(each[1])]
    return sorted({*own[turn % 3 :: 3], *others[turn % 10 :: 10], *special})


def test_every_route_is_asked_with_a_wrong_body_that_it_would_take(on_sqlite: Application) -> None:
    for taken, api in ((JSON, True), (FORM, False)):
        kinds = [what for what, (kind, *_) in WRONG.items() if taken in kind]
        asked = {each for what in kinds for each in asked_with(on_sqlite, what)}
        assert {each for each in changing(on_sqlite) if each[1].startswith("/api/") == api} <= asked


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_text_is_refused_on_every_route(on_sqlite: Application, what: str) -> None:
    kind, body, status = WRONG[what]
    client = admin(on_sqlite)
    wrong = []
    for method, address in asked_with(on_sqlite, what):
        headers = {"content-type": kind.encode("latin-1")} if kind else {}
        answer = client.request(method, address, content=body, headers=headers)
        takes = JSON if address.startswith("/api/") else FORM
        expected = status if takes in kind or (takes is FORM and kind == PARTS) else 415
        problem = answer.headers.get("content-type") == "application/problem+json"
        if answer.status_code != expected or not problem or not answer.json()["detail"]:
            wrong.append(f"{method} {address}: {answer.status_code} {answer.text[:80]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("packed", ["gzip", "br", "deflate, gzip"])
def test_a_packed_body_is_refused(on_sqlite: Application, packed: str) -> None:
    client = admin(on_sqlite)
    for method, address in changing(on_sqlite):
        kind = JSON if address.startswith("/api/") else FORM
        headers = {"content-type": kind, "content-encoding": packed}
        answer = client.request(method, address, content=gzip.compress(b"{}"), headers=headers)
        assert answer.status_code == 415, f"{method} {address}"


@pytest.mark.parametrize("what", ODD)
def test_json_that_means_nothing_is_refused_by_every_route_of_the_api(
    on_sqlite: Application, what: str
) -> None:
    client = admin(on_sqlite)
    for method, address in changing(on_sqlite):
        if address.startswith("/api/"):
            answer = client.request(method, address, content=ODD[what], headers={"content-type": JSON})
            assert answer.status_code < 500, f"{method} {address}: {answer.text[:200]}"


@pytest.mark.parametrize("letters", [("%00", "a%00b"), ("%ff", "%ed%a0%80")])
def test_what_no_database_takes_is_refused_in_every_address(
    on_sqlite: Application, letters: tuple[str, str]
) -> None:
    client = admin(on_sqlite)
    turns = cycle(letters)
    wrong = []
    for method, path, route in routes(on_sqlite.app):
        addresses = [filled(path, next(turns))] if "{" in path else []
        names = parameters(route.dependant) if hasattr(route, "dependant") else set()
        addresses += [f"{filled(path)}?{name}={next(turns)}" for name in sorted(names | {"anything"})]
        for address in addresses:
            if path.startswith("/static/"):
                continue  # it has tests of its own, and is in no database
            answer = client.request(method, address)
            if answer.status_code != 422:
                wrong.append(f"{method} {address}: {answer.status_code} {answer.text[:80]}")
    assert not wrong, "\n".join(wrong)


def parameters(dependant: Dependant) -> set[str]:
    """What a handler takes from the query string, at any depth."""
    own = {str(each.alias) for each in dependant.query_params}
    return own.union(*(parameters(each) for each in dependant.dependencies))


def test_who_sends_a_form_is_told_in_the_page_which_field_is_wrong(application: Application) -> None:
    browser = application.signed_in("admin")
    typed = {"name": "night", "to": "ann@example.test", "tags": "a\x00b"}
    answer = browser.post("/events/rules", data=typed, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert 'hx-target="#notice"' in answer.text
    assert "tags: it has a NUL character in it" in answer.text
    whole = browser.post("/events/rules", data=typed, headers={"accept": "text/html"})
    assert whole.status_code == 422
    assert "<h1" in whole.text
    assert "tags: it has a NUL character in it" in whole.text


def test_a_body_without_an_end_is_refused(on_sqlite: Application) -> None:
    client = admin(on_sqlite)
    for address, kind in (("/api/v1/jobs", JSON), ("/sign-in", FORM)):
        body = (b"a" * 65_536 for _ in range(33))
        answer = client.post(address, content=body, headers={"content-type": kind, **OWN_PAGE})
        assert answer.status_code == 413, address


def test_escapes_and_letters_of_all_scripts_still_come_through(on_sqlite: Application) -> None:
    client = admin(on_sqlite)
    edited = '{"logging": true, "reason": "für später \\u2603 \\\\\\\\u0000 \U0001f600"}'.encode()
    answer = client.patch("/api/v1/services/events_manager", content=edited, headers={"content-type": JSON})
    assert answer.status_code == 200, answer.text
    assert on_sqlite.audit()[0]["reason"] == "für später ☃ \\\\u0000 \U0001f600"
