"""A page whose database goes away says so, keeps what it shows, and comes back by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from config.load import load
from node.site import open_site
from store import database
from tests.browser.conftest import PASSWORD, SERVICES, Visitor, page_of
from tests.support.postgresql import PostgresqlServer
from tests.support.site import RunningSite, running
from web.acts import users


@pytest.fixture
def site(
    tmp_path: Path, postgresql_server: PostgresqlServer, request: pytest.FixtureRequest
) -> Iterator[RunningSite]:
    """A site on a PostgreSQL server that the tests may stop."""
    name = f"page_{os.getpid()}_{abs(hash(request.node.name)) % 10_000}"
    postgresql_server.add_database(name)
    made = RunningSite(
        tmp_path, database_url=postgresql_server.url(name), broker_url="database", services=SERVICES
    )
    with running(made):
        opened = open_site(load(tmp_path / "tickworks.toml", {}))
        users.add(opened, "the-viewer", "viewer", by="a test", password=PASSWORD)
        yield made
    database.close()


@pytest.fixture
def address(site: RunningSite) -> str:
    """Where its page is."""
    return page_of(site)


def test_the_page_tells_of_the_outage_and_goes_on_after_it(
    visitor: Visitor, site: RunningSite, postgresql_server: PostgresqlServer
) -> None:
    page = visitor("viewer").go("/")
    expect(page.locator("#live")).to_have_text("live")
    postgresql_server.stop()
    try:
        expect(page.locator("#away")).to_contain_text("The database does not answer since", timeout=30_000)
        expect(page.locator("#row-cache_filler")).to_be_visible()
    finally:
        postgresql_server.start()
    expect(page.locator("#away")).to_be_hidden(timeout=30_000)
    site.until_state(site.force("night_charges"), "succeeded", seconds=60)
    expect(page.locator("#row-night_charges")).to_contain_text("done")


def test_a_page_opened_during_the_outage_says_what_is_wrong(
    visitor: Visitor, postgresql_server: PostgresqlServer
) -> None:
    visit = visitor("viewer")
    postgresql_server.stop()
    try:
        page = visit.go("/")
        expect(page.locator("main")).to_contain_text("The database does not answer")
    finally:
        postgresql_server.start()
    page.get_by_role("link", name="Try again").click()
    expect(page.locator("#row-cache_filler")).to_be_visible(timeout=30_000)
