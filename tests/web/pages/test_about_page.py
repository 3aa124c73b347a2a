"""Does the page say what the site runs on, and never a password?"""

from __future__ import annotations

from dataclasses import replace

from node.prepare import release
from store import database, setting
from tests.support.visitors import Application


def test_it_says_release_database_broker_zone_and_beat(application: Application) -> None:
    now = application.clock.now()
    visitor = application.signed_in("viewer")
    assert "has never ticked" in visitor.get("/about").text
    database.write(lambda tx: setting.put(tx, "beat", {"at": now}, now))
    page = visitor.get("/about").text
    assert "last tick <time" in page
    assert f"<dd>{release()} " in page
    assert "UTC" in page
    assert ("SQLite" if database.url().startswith("sqlite") else "PostgreSQL") in page
    assert "up to date" in page
    assert 'href="/api/v1/openapi.json"' in page


def test_addresses_have_no_passwords(application: Application) -> None:
    settings = application.site.settings
    broker = settings.broker.model_copy(update={"url": "amqp://ann:hush-hush@mq.example:5672/tick"})
    secret = settings.model_copy(update={"broker": broker})
    application.app.state.site = replace(application.site, settings=secret)
    page = application.signed_in("viewer").get("/about").text
    assert "RabbitMQ" in page
    assert "mq.example" in page
    assert "hush-hush" not in page


def test_every_file_of_others_stands_there_with_its_licence(application: Application) -> None:
    page = application.signed_in("viewer").get("/about").text
    assert "htmx.min.js" in page
    assert "Permission is hereby granted, free of charge" in page  # the MIT licence itself
