"""A running site with a page, and people who look at it with a real browser."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from config.load import load
from node.site import open_site
from store import database
from tests.support.browser import Visit, chromium
from tests.support.site import PATIENT, RunningSite, running
from tests.support.until import until
from web.acts import users

PASSWORD = "a password for tests"
#: ms until a page shows what it is expected to: a machine with other work still passes.
expect.set_options(timeout=15_000)
SERVICES = (Path(__file__).parent / "demo_services.py").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; it is closed before other files run loops of their own."""
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site on SQLite with a user of each role."""
    folder = tmp_path_factory.mktemp("site")
    made = RunningSite(
        folder,
        database_url=f"sqlite:///{folder}/var/tickworks.db",
        broker_url="database",
        services=SERVICES,
        coordinator=PATIENT,
    )
    with running(made):
        opened = open_site(load(folder / "tickworks.toml", {}))
        for role in ("viewer", "operator", "admin"):
            users.add(opened, f"the-{role}", role, by="a test", password=PASSWORD)
        yield made


@pytest.fixture(scope="module")
def address(site: RunningSite) -> str:
    """Where the site's page is."""
    return page_of(site)


def page_of(site: RunningSite) -> str:
    """The address that a site has printed, once its page answers there, which it may do after its workers."""
    printed = re.compile(r"page\s+(http://\S+)")
    until(lambda: printed.search(site.log.read_text()), "the site has said where its page is")
    address: str = printed.findall(site.log.read_text())[-1]
    with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
        answer.read()
    return address


Visitor = Callable[..., Visit]


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    """Somebody with a browser of their own: `visitor("operator", width=390, dark=True)`."""
    contexts = []

    def make(role: str = "operator", *, width: int = 1440, dark: bool = False) -> Visit:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(15_000)
        contexts.append(context)
        visit = Visit(context, address)
        visit.sign_in(f"the-{role}", PASSWORD)
        return visit

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True)
def open_database(site: RunningSite) -> None:
    """The tests look into the site's database too."""
    if not database.is_open():
        database.open(site.database_url)
