"""Can anybody scrape the metrics, in the format that they ask for?"""

from __future__ import annotations

import pytest

from store import database
from tests.support.process import free_port
from tests.support.scraped import Scraped
from tests.support.visitors import Application

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/plain"),
        ("*/*", "text/plain"),
        ("text/html", "text/plain"),
        ("text/plain;version=0.0.4", "text/plain"),
        (OPENMETRICS, "application/openmetrics-text"),
    ],
)
def test_a_scraper_needs_no_token_and_gets_what_it_accepts(
    application: Application, accept: str, kind: str
) -> None:
    answer = application.visitor().get("/metrics", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.text.endswith("# EOF\n") == (kind != "text/plain")
    seen = Scraped(answer.content, kind)
    assert seen.value("database_up") == 1
    assert seen.value("broker_up") == 1
    assert seen.value("service_enabled", service="cleaner") == 1


def test_a_scrape_never_fails_with_the_database(application: Application) -> None:
    database.open(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    answer = application.visitor().get("/metrics")
    assert answer.status_code == 200
    assert Scraped(answer.content).value("database_up") == 0


def test_metrics_are_only_read(application: Application) -> None:
    assert application.visitor().post("/metrics").status_code == 405
