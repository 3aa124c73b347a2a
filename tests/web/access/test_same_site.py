"""Is a change refused that another site made a browser send, and only that?"""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.support.visitors import Application
from web.access.same_site import SameSite

OWN, OTHER, PUBLIC = "http://127.0.0.1:8080", "https://evil.example", "https://jobs.example.org"
TOKEN = {"authorization": "Bearer tw_1_x"}


def site(headers: dict[str, str], method: str = "POST") -> int:
    app = FastAPI()
    app.add_middleware(SameSite, hosts=["jobs.example.org"])
    app.add_api_route("/", lambda: {}, methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
    with TestClient(app, base_url=OWN) as client:
        return client.request(method, "/", headers=headers).status_code


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"sec-fetch-site": "cross-site", "origin": OWN}, 403),
        ({"origin": OWN}, 200),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": PUBLIC}, 200),
        ({"origin": OTHER}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({}, 403),
        (TOKEN, 200),
        (TOKEN | {"origin": OTHER}, 200),
        (TOKEN | {"cookie": "tickworks_session=x"}, 403),
        (TOKEN | {"cookie": "tickworks_session=x", "sec-fetch-site": "cross-site"}, 403),
        ({"authorization": "Basic eDp5"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_must_be_ours(headers: dict[str, str], expected: int, method: str) -> None:
    assert site(headers, method) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_open_to_links_from_elsewhere(method: str) -> None:
    assert site({"sec-fetch-site": "cross-site", "origin": OTHER}, method) == 200


def test_a_form_of_another_site_changes_nothing(application: Application) -> None:
    client = application.signed_in("viewer")
    answer = client.post("/sign-out", headers={"sec-fetch-site": "cross-site", "origin": OTHER})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    assert client.get("/profile").status_code == 200
