"""Can anybody scrape the metrics, in the format that they ask for?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store import database
from tests.support.process import free_port
from tests.support.scraped import Scraped
from tests.support.visitors import FILE, Application, running_application
from web import health

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


def test_a_broker_that_is_away_is_told(tmp_path: Path, engine_database: str, monkeypatch: Any) -> None:
    away = f'{FILE}\n[broker]\nurl = "amqp://127.0.0.1:{free_port()}/"\n'
    for application in running_application(tmp_path, monkeypatch, away):
        seen = Scraped(application.visitor().get("/metrics").content)
        assert seen.value("broker_up") == 0
        assert seen.value("database_up") == 1


@pytest.mark.rabbitmq
def test_a_broker_that_answers_is_told(
    tmp_path: Path, sqlite_engine_database: str, monkeypatch: Any, rabbitmq_url: str
) -> None:
    there = f'{FILE}\n[broker]\nurl = "{rabbitmq_url}"\n'
    for application in running_application(tmp_path, monkeypatch, there):
        assert Scraped(application.visitor().get("/metrics").content).value("broker_up") == 1
        health.broker(rabbitmq_url).close()
