"""Through the identity provider and back, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SERVICES
from tests.support.browser import Visit
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.support.site import RunningSite, running


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        yield made


@pytest.fixture(scope="module")
def site(provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site on SQLite that knows the provider."""
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder}/var/tickworks.db"
    made = RunningSite(folder, database_url=url, broker_url="database", services=SERVICES)
    (folder / "secret").write_text(SECRET)
    with (folder / "tickworks.toml").open("a") as file:
        file.write(f"""
[oidc]
issuer = "{provider.issuer}"
client_id = "{CLIENT}"
client_secret = "file:secret"
scopes = ["openid", "profile", "groups"]
roles = {{ "ops" = "operator", "staff" = "viewer" }}
""")
    with running(made):
        yield made


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Somebody's browser, not signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    yield Visit(context, address)
    context.close()


def through(page: Page, name: str | None) -> None:
    """Press the button, and give a name at the provider (None: cancel)."""
    page.get_by_role("link", name="Sign in with the identity provider").click()
    expect(page.get_by_role("heading", name="Identity provider")).to_be_visible()
    if name is None:
        page.get_by_role("button", name="Cancel").click()
        return
    page.get_by_label("Who are you?").fill(name)
    page.get_by_role("button", name="Continue").click()


def test_somebody_signs_in_through_the_provider_and_lands_where_they_wanted(visit: Visit) -> None:
    page = visit.go("/profile?a=1")
    through(page, "ann")
    expect(page.get_by_role("heading", name="ann", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Role: operator")
    assert page.url == f"{visit.base}/profile?a=1"
    assert visit.errors == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [(None, "The identity provider did not let you in"), ("dora", "None of your groups has a role here")],
)
def test_whoever_is_not_let_in_is_told_why_and_can_try_again(
    visit: Visit, name: str | None, sentence: str
) -> None:
    page = visit.go("/profile")
    through(page, name)
    expect(page.locator("#notice")).to_contain_text(sentence)
    assert re.fullmatch(re.escape(visit.base) + r"/sign-in\?next=/profile", page.url)
    expect(page.get_by_label("Password")).to_be_visible()
    assert visit.errors == []


@pytest.mark.parametrize("dark", [False, True])
def test_the_sign_in_page_with_the_button_is_accessible(browser: Browser, address: str, dark: bool) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 900}, color_scheme="dark" if dark else "light"
    )
    try:
        visit = Visit(context, address)
        page = visit.go("/sign-in")
        assert visit.faults() == []
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    finally:
        context.close()
