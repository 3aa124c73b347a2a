"""A dialog that is refused says so where one looks, and stays open."""

from __future__ import annotations

from playwright.sync_api import expect

from config.load import load
from domain.objects.catalogue import find
from node.site import open_site
from tests.browser.conftest import Visitor
from tests.support.site import RunningSite
from web.acts.objects import Objects


def test_a_refusal_stands_in_the_dialog(site: RunningSite, visitor: Visitor) -> None:
    here = Objects(open_site(load(site.folder / "tickworks.toml", {})), by="a test")
    server = here.add(find("server"), {"name": "used.example.org", "address": "192.0.2.1"})
    here.add(find("check"), {"server": "used.example.org", "name": "page", "kind": "http"})
    page = visitor("admin").go(f"/objects/server/{server.object['id']}")
    page.get_by_role("link", name="Archive…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("it is old")
    dialog.get_by_role("button", name="Archive").click()
    expect(dialog.get_by_role("alert")).to_contain_text("check used.example.org/page refers to it")
    expect(dialog.get_by_label("Reason")).to_have_value("it is old")
