"""Each page, found from the routes: accessible, narrow enough for a phone, no error in the console."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, expect

from config.load import load
from domain.objects.catalogue import find
from node.site import open_site
from tests.browser import (
    call_files_scene,
    calls_scene,
    campaigns_scene,
    hooks_scene,
    names_scene,
    tickets_scene,
)
from tests.browser.conftest import PASSWORD, Visitor
from tests.support.browser import Visit
from tests.support.directory_rows import directories
from tests.support.site import RunningSite
from tests.support.watched_site import watch
from web.acts.objects import Objects
from web.routes import ROUTERS

#: Answers that are no pages: streams, parts that htmx puts into a page, and the way to a provider.
NO_PAGES = (
    "/live/",
    "/metrics",
    "/export",
    "/log/",
    "/oidc",
    "/stream",
    "/services/{name}/nodes",
    "/groups/forecast",
    "/choices",
    "/events/rules/edit",
    "/settings/users/{name}/link",
    "/tickets/{number}/files",
)
#: What stands for a parameter in a path; a page with another one needs an entry here.
EXAMPLES = {
    **{"name": "price_import", "run_id": "1", "kind": "cleaner"},
    **{"zone_name": names_scene.ZONE, "domain_name": names_scene.DOMAIN},
    **{"day": calls_scene.DAY, "call_id": "1", "do": "archive"},
    **dict.fromkeys(("campaign_id", "mail_id", "workflow_id"), "1"),
    "token": campaigns_scene.TOKEN,
    "number": "1",
    "job_kind": "ad_user_create",
    "user_id": "1",
    **{"file_id": "1", "copy_id": "1"},
    **{"object_kind": "server", "object_id": "1", "server_name:path": "watched.example.org"},
}

#: The rules of axe-core that a colour scheme can break: nothing else is another one in the dark.
OF_COLOURS = ("color-contrast", "link-in-text-block")

#: A server that something refers to.
OBJECTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("organisation", {"name": "Łódź Hosting Sp. z o.o. " + "and sons " * 8}),
    ("server", {"name": "web1.example.org", "address": "192.0.2.1"}),
    ("check", {"server": "web1.example.org", "name": "page", "kind": "http"}),
)


def pages() -> list[str]:
    """The paths of all pages that need no more than the site of the tests has."""
    found = []
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and not route.include_in_schema:
                found.append(route.path)
    return sorted(path for path in set(found) if not _no_page(path) and _filled(path))


def _no_page(path: str) -> bool:
    return any(part in path for part in NO_PAGES)


def _filled(path: str) -> str | None:
    path = path.replace("/nodes/{name}", "/nodes/n1")
    for name, value in EXAMPLES.items():
        path = path.replace("{" + name + "}", value)
    return None if "{" in path else path


@pytest.fixture(scope="module")
def history(site: RunningSite) -> None:
    """A run that succeeded, one that failed, and what stands in an error."""
    here = open_site(load(site.folder / "tickworks.toml", {}))
    for kind, values in OBJECTS:
        Objects(here, by="a test").add(find(kind), values)
    watch(here, server="watched.example.org")
    names_scene.build(here)
    hooks_scene.build(here)
    campaigns_scene.build(here)
    directories(here, organisation="Directory Ltd", now=time.time())
    call_files_scene.build(here)
    calls_scene.build(here)
    tickets_scene.build(here)
    for name in ("cache_filler", "price_import", "night_charges"):
        site.force(name)
    site.until_all_ended()


@pytest.fixture(scope="module")
def admin(browser: Browser, address: str) -> Iterator[Visit]:
    """An admin who looks at all pages, one after the other, as wide as a desk or as a phone."""
    context = browser.new_context(color_scheme="light")
    context.set_default_timeout(15_000)
    visit = Visit(context, address)
    visit.sign_in("the-admin", PASSWORD)
    yield visit
    context.close()


@pytest.mark.parametrize("path", pages())
def test_every_page_is_in_order(admin: Visit, history: None, path: str) -> None:
    page = admin.page
    admin.errors.clear()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    answer = page.goto(admin.base + (_filled(path) or ""))
    assert answer is not None
    assert answer.status == 200
    found = _faults(admin, "as wide as a desk")
    page.emulate_media(color_scheme="dark")
    found += _faults(admin, "in the dark", *OF_COLOURS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 900})
    found += _faults(admin, "as wide as a phone")
    found += [f"in the console: {error}" for error in admin.errors]
    assert not found, "\n".join(found)


def _faults(visit: Visit, how: str, *rules: str) -> list[str]:
    # Charts are drawn anew for another width or scheme, a frame after it.
    drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    wide = visit.page.evaluate(
        f"async () => {{ await {drawn}; return document.documentElement.scrollWidth - innerWidth; }}"
    )
    found = [f"{how}: {fault}" for fault in visit.faults(*rules)]
    return found + ([f"{how}: {wide} px too wide"] if wide > 0 else [])


def test_no_script_of_a_service_runs_in_any_page(visitor: Visitor, history: None) -> None:
    """An error text with a script in it is text wherever it is shown."""
    visit = visitor("viewer")
    visit.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page = visit.go("/services/price_import")
    page.goto(visit.base + "/runs?service=price_import")
    expect(page.locator("main")).to_contain_text("<script>")


def test_signing_in_wrongly_too_often_waits(visitor: Visitor) -> None:
    visit = visitor("viewer")
    page = visit.go("/profile")
    page.get_by_text("the-viewer").first.click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/sign-in*")
    for _ in range(7):
        page.get_by_label("Name").fill("the-operator")
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("try again in")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("try again in")
