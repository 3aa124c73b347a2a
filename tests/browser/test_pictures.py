"""The pictures of the README, taken of a site with a made-up evening; `make screenshots` writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from config.load import load
from domain.time.clock import SystemClock
from node.site import open_site
from tests.browser import sample_services
from tests.browser.conftest import PASSWORD
from tests.browser.history import write_history
from tests.support.browser import Visit
from tests.support.site import PATIENT, RunningSite, running
from web.acts import users

#: Where `make screenshots` wants them; else they go with the test.
FOLDER = os.environ.get("TICKWORKS_TEST_PICTURES")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Instead of the demo site of the other files: a provider with a day behind it."""
    folder = tmp_path_factory.mktemp("sample")
    source = Path(sample_services.__file__).read_text()
    made = RunningSite(
        folder,
        database_url=f"sqlite:///{folder}/var/tickworks.db",
        broker_url="database",
        services=source,
        node={"name": "n1"},
        coordinator=PATIENT,
        name="Sample Telecom",
    )
    with running(made):
        opened = open_site(load(folder / "tickworks.toml", {}))
        write_history(opened, sample_services.PLAN, SystemClock().now())
        users.add(opened, "the-admin", "admin", by="a test", password=PASSWORD)
        for service in ("call_file_collector", "statistics", "rate_mail_import", "route_tables"):
            made.force(service)
        yield made
        (folder / "release").touch()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pictures go."""
    made = Path(FOLDER) if FOLDER else tmp_path
    made.mkdir(parents=True, exist_ok=True)
    return made


def visit(
    browser: Browser, address: str, *, dark: bool = False, width: int = 1440, height: int = 900
) -> Visit:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    made = Visit(context, address)
    made.sign_in("the-admin", PASSWORD)
    return made


def test_pictures_of_the_services(browser: Browser, address: str, folder: Path) -> None:
    page = visit(browser, address).go("/")
    expect(page.locator("#row-statistics")).to_contain_text("waits for group call_processing")
    page.screenshot(path=folder / "services.png")
    dark = visit(browser, address, dark=True).go("/")
    expect(dark.locator("#row-statistics")).to_contain_text("waits for group")
    dark.screenshot(path=folder / "services_dark.png")


def test_picture_of_a_phone(browser: Browser, address: str, folder: Path) -> None:
    page = visit(browser, address, width=390, height=800).go("/?status=waiting")
    expect(page.locator("#row-statistics")).to_contain_text("waits for group")
    page.screenshot(path=folder / "phone.png")


def test_picture_of_the_editor(browser: Browser, address: str, folder: Path) -> None:
    page = visit(browser, address).go("/")
    page.locator("#row-tariff_cache").get_by_role("link", name="Tariff Cache", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Next starts")
    page.screenshot(path=folder / "editor.png")


def test_picture_of_a_service(browser: Browser, address: str, folder: Path) -> None:
    page = visit(browser, address).go("/services/call_file_collector")
    expect(page.locator("main svg").first).to_be_visible()
    page.screenshot(path=folder / "service.png")


def test_picture_of_the_run_groups(browser: Browser, address: str, folder: Path) -> None:
    page = visit(browser, address).go("/groups")
    expect(page.locator("main")).to_contain_text("Statistics")
    page.screenshot(path=folder / "groups.png")
