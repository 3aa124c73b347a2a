"""Is a fault of our own told in words to people, as a document to programs, and still to the log?"""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.support.visitors import Application
from web.pages import about
from web.shown import runs as shown_runs


class Fault(Exception):
    """What nobody expected; the text is for the log alone."""


@pytest.fixture
def broken(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The page about the site and the list of runs fail."""

    def fail(*_: object, **__: object) -> None:
        raise Fault("the text of a fault")

    monkeypatch.setattr(about, "about", fail)
    monkeypatch.setattr(shown_runs, "listing", fail)
    return application


def heard(client: TestClient) -> TestClient:
    """What somebody outside hears; `TestClient` raises in the test instead, unless it is told not to."""
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    return client


def test_a_person_gets_a_page_that_says_what_to_do_next(broken: Application) -> None:
    answer = heard(broken.signed_in("viewer")).get("/about", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "the text of a fault" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_part_of_a_page_gets_a_notice(broken: Application) -> None:
    answer = heard(broken.signed_in("viewer")).get("/about", headers={"hx-request": "true"})
    assert answer.status_code == 500
    assert 'class="notice bad"' in answer.text


def test_a_program_gets_a_problem_document(broken: Application) -> None:
    answer = heard(broken.program(broken.token())).get("/api/v1/runs")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "fault"


def test_it_is_raised_again_for_the_log(broken: Application) -> None:
    with pytest.raises(Fault):
        broken.signed_in("viewer").get("/about")
