"""Do the pages of servers and checks show how they are, and keep what servers say as text?"""

from __future__ import annotations

import html
import re

import pytest

from store import database
from tests.support.visitors import Application
from tests.support.watched_site import watch


@pytest.fixture
def watched(application: Application) -> Application:
    watch(application.site)
    return application


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_servers_stand_in_groups_with_their_state_and_figures(watched: Application) -> None:
    watch(watched.site, 1, server="db 1/a", group="Databases")
    page = watched.signed_in("viewer").get("/servers").text
    assert page.index("Databases") < page.index("Web</h2>")
    said = text(page)
    assert "42 %" in said
    assert "88 % /var" in said
    assert "1 failed , 1 not looked at yet , 1 good" in said
    assert "<b>status 500" not in page


def test_a_search_finds_servers(watched: Application) -> None:
    client = watched.signed_in("viewer")
    assert "web1" in text(client.get("/servers?q=WEB&state=failed").text)
    assert "No server fits" in text(client.get("/servers?state=good").text)


def test_a_server_s_page_has_charts_checks_and_what_they_found(watched: Application) -> None:
    page = watched.signed_in("viewer").get("/servers/web1?hours=6").text
    assert {"cpu.percent", "disk.used_percent"} <= set(re.findall(r'data-metric="([^"]+)"', page))
    said = text(page)
    assert said.count("<b>status 500</b>") == 4  # the head, the check, and two looks at it
    assert "Nobody has looked yet" in said
    assert "Disks used, % /var 88" in said


def test_there_is_no_page_of_a_server_that_is_not(watched: Application) -> None:
    answer = watched.signed_in("viewer").get("/servers/nowhere")
    assert answer.status_code == 404
    assert "there is no server" in text(answer.text)


def test_checks_are_listed_the_worst_first_and_filtered(watched: Application) -> None:
    client = watched.signed_in("viewer")
    rows = re.findall(r'<tr id="check-\d+".*?</tr>', client.get("/checks").text, re.S)
    assert [re.search(r'data-label="Check">(\w+)', row)[1] for row in rows] == ["bad", "new", "good"]  # type: ignore[index]
    assert "alert" in text(rows[0])
    assert "500 ms" in text(rows[0])
    only = text(client.get("/checks?state=good&kind=http&q=web1&group=Web").text)
    assert "status 200" in only
    assert "status 500" not in only.replace("1 failed", "")


def test_an_archived_check_is_gone_from_the_page(watched: Application) -> None:
    database.write(lambda tx: tx.run("UPDATE service_check SET archived_at = 1 WHERE name = 'bad'"))
    said = text(watched.signed_in("viewer").get("/checks").text)
    assert "status 500" not in said


def test_an_empty_site_says_what_to_do(application: Application) -> None:
    client = application.signed_in("viewer")
    assert "There is no server yet" in text(client.get("/servers").text)
    assert "No check fits" in text(client.get("/checks").text)
