"""Can an admin write secrets over HTTP, and can nobody read one?"""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from store import secret
from tests.support.visitors import Application

VALUE = "correct horse battery"
URL = "/api/v1/secrets"


@pytest.fixture
def admin(application: Application) -> TestClient:
    """A program of an admin."""
    return application.program(application.token(role="admin"))


def test_a_secret_is_written_and_only_its_name_comes_back(
    application: Application, admin: TestClient
) -> None:
    first = admin.put(f"{URL}/smtp", json={"value": VALUE, "reason": "new server"})
    again = admin.put(f"{URL}/smtp", json={"value": VALUE + "!"})
    listed = admin.get(URL)
    assert (first.status_code, again.status_code, listed.status_code) == (201, 204, 200)
    (row,) = listed.json()["secrets"]
    assert (row["name"], row["changed_by"]) == ("smtp", application.audit()[0]["actor"])
    assert VALUE not in first.text + again.text + listed.text + repr(application.audit())
    assert secret.get("smtp") == VALUE + "!"


def test_a_secret_is_removed_once(admin: TestClient) -> None:
    admin.put(f"{URL}/smtp", json={"value": VALUE})
    assert admin.delete(f"{URL}/smtp").status_code == 204
    assert admin.delete(f"{URL}/smtp").status_code == 404
    assert admin.get(URL).json() == {"secrets": []}


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_neither_see_nor_write_secrets(application: Application, role: str) -> None:
    client = application.program(application.token(role=role))
    answers = [
        client.get(URL),
        client.put(f"{URL}/smtp", json={"value": VALUE}),
        client.delete(f"{URL}/smtp"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("smtp", {}),
        ("smtp", {"value": [VALUE]}),
        ("smtp", {"value": VALUE, "valeu": VALUE}),
        ("smtp", {"value": "abc"}),
        ("a b", {"value": VALUE}),
    ],
)
def test_what_is_wrong_is_refused_and_the_value_is_not_repeated(
    admin: TestClient, name: str, body: dict[str, object]
) -> None:
    answer = admin.put(f"{URL}/{name}", json=body)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert VALUE not in answer.text
    assert admin.get(URL).json() == {"secrets": []}
