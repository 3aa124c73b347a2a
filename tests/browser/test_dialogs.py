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


def test_a_run_with_a_reason_closes_its_form_and_tells_of_the_run(visitor: Visitor) -> None:
    visit = visitor("operator")
    page = visit.go("/")
    row = page.locator("#row-night_charges")
    row.get_by_label("More for Night Charges").click()
    row.get_by_role("button", name="Run with…").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("a complaint")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#notice")).to_contain_text("Night Charges: run ")
    page.goto(visit.base + "/runs?service=night_charges")
    page.locator("tbody th a, tbody td a").first.click()
    expect(page.locator("main")).to_contain_text("a complaint")
    assert visit.errors == []


def test_a_disabled_service_runs_once_and_stays_disabled(visitor: Visitor) -> None:
    visit = visitor("operator")
    page = visit.go("/services/exchange_service_stats")
    page.get_by_role("button", name="Run once… ExchangeServiceStatsWork").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is disabled, and stays so")
    dialog.get_by_role("button", name="Run once").click()
    expect(page.locator("#notice")).to_contain_text("ExchangeServiceStatsWork: run ")
    expect(page.locator("#service-head")).to_contain_text("disabled")
