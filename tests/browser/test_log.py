"""The log of a run as it is written."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.support.site import RunningSite


def test_new_lines_come_while_the_run_goes_on(visitor: Visitor, site: RunningSite) -> None:
    (site.folder / "say").write_text("")
    run_id = site.force("talker")
    site.until_state(run_id, "running")
    page = visitor("viewer").go(f"/runs/{run_id}")
    log = page.locator(".log")
    (site.folder / "say").write_text("the first line")
    expect(log).to_contain_text("the first line")
    (site.folder / "say").write_text("<b>bold</b> & after")
    expect(log).to_contain_text("<b>bold</b> & after")
    (site.folder / "say").write_text("end")
    expect(page.locator("main")).to_contain_text("succeeded")


def test_a_run_can_be_cancelled_from_its_page(visitor: Visitor, site: RunningSite) -> None:
    (site.folder / "say").write_text("")
    run_id = site.force("talker")
    site.until_state(run_id, "running")
    page = visitor().go(f"/runs/{run_id}")
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.locator("main")).to_contain_text("cancelled")
