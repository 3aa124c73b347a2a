"""Do page and API say what a number costs, and what to do where it has no price?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.object_site import add
from tests.support.visitors import FILE, Application, running_application
from tests.support.voice_site import account, carrier

SCRIPT = "<script>alert(1)</script>"
LONDON = "/voice/lookup?number=442071234567"


@pytest.fixture
def voice(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    text = FILE.replace("profiles = []", 'profiles = ["voice"]')
    yield from running_application(tmp_path, monkeypatch, text)


def test_the_page_shows_cost_rate_and_why(voice: Application) -> None:
    carrier(voice.site)
    text = voice.signed_in("viewer").get(f"{LONDON}&client=Customer&seconds=90").text
    for part in ("<strong>0.18 EUR</strong>", "4420 London", "it is used", "the code 4420 is longer"):
        assert part in text
    assert 'aria-current="page">Look up</a>' in text or "Look up a number" in text


def test_a_number_without_a_price_says_what_to_do(voice: Application) -> None:
    carrier(voice.site)
    page = voice.signed_in("viewer")
    text = page.get("/voice/lookup?number=33123&client=Customer").text
    assert "Add a rate for a code that the number begins with." in text
    answer = page.get("/voice/lookup?number=33123&client=Nobody")
    assert answer.status_code == 422
    assert "there is no organisation &#39;Nobody&#39;" in answer.text
    for words in (
        "number=1&client=Customer&seconds=-1",
        "number=1&client=Customer&at=soon",
        "client=Customer",
    ):
        assert page.get(f"/voice/lookup?{words}").status_code == 422


def test_an_empty_site_says_where_to_begin(voice: Application) -> None:
    text = voice.signed_in("admin").get("/voice/lookup").text
    assert "There are no voice clients yet." in text
    assert 'href="/objects/voice_client/new"' in text


def test_names_with_markup_are_text(voice: Application) -> None:
    carrier(voice.site)
    add(voice.site, "organisation", name=SCRIPT)
    add(voice.site, "voice_client", organisation=SCRIPT, currency="EUR", orig_table="Retail")
    account(voice.site, f"of {SCRIPT}", SCRIPT, value="192.0.2.77")
    answer = voice.signed_in("viewer").get(LONDON, params={"number": "44", "client": SCRIPT})
    assert answer.status_code == 200
    assert SCRIPT not in answer.text


def test_the_api_answers_as_the_page_does_and_refuses_in_a_line(voice: Application) -> None:
    carrier(voice.site)
    page = voice.signed_in("viewer")
    asked = {"number": "442071234567", "account": "Out", "seconds": "60"}
    found = page.get("/api/v1/voice/lookup", params=asked).json()
    assert [(each["reason"], each["cost"], each["code"]) for each in found["results"]] == [
        ("RATED", "0.024", "44")
    ]
    refused = page.get("/api/v1/voice/lookup", params={"number": "44"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")
