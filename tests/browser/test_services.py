"""The live table in a real browser: run, watch, search, hold still, come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visitor
from tests.support.site import RunningSite
from tests.support.until import until

#: In ms: how long a process may take to be there again, on a machine that is busy.
BACK = 30_000


@pytest.fixture
def held(site: RunningSite) -> Iterator[None]:
    """Call Counter holds its group for as long as the test runs."""
    (site.folder / "release").unlink(missing_ok=True)
    site.force("call_counter")
    yield
    (site.folder / "release").touch()
    site.until_all_ended()


def test_a_run_is_seen_from_start_to_end(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.go("/")
    row = page.locator("#row-price_import")
    row.get_by_role("button", name="Run Price Import").click()
    expect(row).to_contain_text("failing")
    expect(page.locator("#notice")).to_contain_text("Price Import: run ")
    assert visit.errors == []


def test_the_reason_of_a_wait_stands_in_the_row(visitor: Visitor, held: None) -> None:
    page = visitor().go("/")
    expect(page.locator("#row-call_counter")).to_contain_text("running")
    row = page.locator("#row-cache_filler")
    row.get_by_role("button", name="Run Cache Filler").click()
    expect(row).to_contain_text("waits for group stats, held by Call Counter on n1")


def test_what_was_asked_for_still_runs_when_its_service_is_disabled(visitor: Visitor, held: None) -> None:
    """A request that was accepted is not lost; the row says both."""
    page = visitor().go("/")
    row = page.locator("#row-cache_filler")
    row.get_by_role("button", name="Run Cache Filler").click()
    expect(row).to_contain_text("waiting")
    row.get_by_label("More for Cache Filler").click()
    row.get_by_role("button", name="Disable").click()
    expect(row.locator("td[data-label=Status]")).to_contain_text("waiting disabled")
    row.get_by_label("More for Cache Filler").click()
    row.get_by_role("button", name="Enable").click()
    expect(page.locator("#notice")).to_contain_text("Cache Filler: enabled")


def test_a_change_by_somebody_else_is_seen_without_a_click(visitor: Visitor, site: RunningSite) -> None:
    page = visitor("viewer").go("/")
    expect(page.locator("#live")).to_have_text("live")
    run_id = site.force("night_charges")
    site.until_state(run_id, "succeeded")
    expect(page.locator("#row-night_charges")).to_contain_text("done")


def test_the_table_holds_still_while_a_menu_is_open(visitor: Visitor, site: RunningSite) -> None:
    page = visitor().go("/")
    expect(page.locator("#live")).to_have_text("live")
    page.get_by_label("More for Quota Watcher").click()
    site.until_state(site.force("price_import"), "failed")
    expect(page.locator("#live")).to_contain_text("wait")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    expect(page.locator("#live")).to_have_text("live")


def test_the_table_holds_still_while_text_in_it_is_selected(visitor: Visitor, site: RunningSite) -> None:
    page = visitor("viewer").go("/")
    expect(page.locator("#live")).to_have_text("live")
    page.locator("#row-quota_watcher th").select_text()
    site.until_state(site.force("price_import"), "failed")
    expect(page.locator("#live")).to_contain_text("wait")
    assert page.evaluate("getSelection().toString()").strip().startswith("Quota Watcher")
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator("#live")).to_have_text("live")


def test_the_table_holds_still_while_a_row_has_the_keyboards_focus(
    visitor: Visitor, site: RunningSite
) -> None:
    page = visitor().go("/")
    expect(page.locator("#live")).to_have_text("live")
    page.get_by_label("Select Quota Watcher").press("Tab")
    site.until_state(site.force("price_import"), "failed")
    expect(page.locator("#live")).to_contain_text("wait")
    assert page.evaluate("document.activeElement.closest('tr').id") == "row-quota_watcher"
    page.evaluate("document.activeElement.blur()")
    expect(page.locator("#live")).to_have_text("live")


def test_what_is_typed_stays_while_rows_change(visitor: Visitor, site: RunningSite) -> None:
    page = visitor("viewer").go("/")
    search = page.get_by_label("Search")
    search.press_sequentially("price")
    site.until_state(site.force("price_import"), "failed")
    expect(page.locator("#row-price_import")).to_contain_text("failing")
    search.press_sequentially(" imp")
    assert (search.input_value(), page.evaluate("document.activeElement.type")) == ("price imp", "search")


def test_the_search_narrows_the_table_and_the_address(visitor: Visitor) -> None:
    page = visitor("viewer").go("/")
    page.get_by_label("Search").fill("call")
    expect(page.locator("tbody tr:not(.section)")).to_have_count(1)
    assert page.url.endswith("/?q=call")
    page.reload()
    expect(page.locator("tbody tr:not(.section)")).to_have_count(1)


def test_what_is_typed_before_the_page_is_ready_is_searched_for(visitor: Visitor) -> None:
    visit = visitor("viewer")
    held: list[Route] = []
    visit.page.route("**/htmx.min.js*", lambda route: held.append(route))
    visit.page.goto(f"{visit.base}/", wait_until="commit")
    visit.page.get_by_label("Search").fill("call")
    until(lambda: held or visit.page.wait_for_timeout(10), "the page asks for it")
    held[0].continue_()
    expect(visit.page.locator("tbody tr:not(.section)")).to_have_count(1)


def test_a_service_is_found_from_any_page(visitor: Visitor) -> None:
    page = visitor("viewer").go("/about")
    page.keyboard.press("/")
    page.keyboard.type("price")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr:not(.section)")).to_have_count(1)
    expect(page.get_by_label("Search")).to_have_value("price")


def test_the_menu_of_a_row_stays_in_sight_where_the_table_is_too_wide(visitor: Visitor) -> None:
    page = visitor(width=1000).go("/")
    assert page.locator(".sheet").first.evaluate("sheet => sheet.scrollWidth > sheet.clientWidth")
    page.get_by_label("More for Price Import").click()
    for name in ("Run now", "Disable"):
        button = page.locator("#row-price_import").get_by_role("button", name=name)
        expect(button).to_be_visible()
        assert button.evaluate("each => each.getBoundingClientRect().right <= innerWidth")


def test_a_timeline_on_a_phone_begins_with_what_was_last(visitor: Visitor, site: RunningSite) -> None:
    site.until_state(site.force("price_import"), "failed")
    page = visitor("viewer", width=390).go("/services/price_import")
    newest = page.locator(".chart-sheet rect").last
    left, right = newest.evaluate("each => (box => [box.left, box.right])(each.getBoundingClientRect())")
    assert 0 <= left < right <= 390


def test_several_are_switched_after_a_confirmation(visitor: Visitor) -> None:
    page = visitor().go("/")
    page.get_by_label("Select Price Import").check()
    page.get_by_label("Select Call Counter").check()
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    page.locator("#bulk").get_by_role("button", name="Logging on").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Price Import")
    dialog.get_by_role("button", name="Switch logging on for 2").click()
    expect(page.locator("#notice")).to_contain_text("2 services: logging on")


def test_the_keyboard_alone_runs_a_service(visitor: Visitor, site: RunningSite) -> None:
    page = visitor().go("/")
    page.keyboard.press("/")
    page.keyboard.type("price")
    expect(page.locator("tbody tr:not(.section)")).to_have_count(1)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.ariaLabel") == "Run Price Import":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("Price Import: run ")


def test_a_page_comes_back_after_the_server_was_away(visitor: Visitor, site: RunningSite) -> None:
    visit = visitor("viewer")
    page = visit.go("/")
    expect(page.locator("#live")).to_have_text("live")
    web = next(each for each in site.processes() if each.pid == site.pid_of("web"))
    web.kill()
    expect(page.locator("#live")).to_contain_text("trying again", timeout=BACK)
    expect(page.locator("#live")).to_have_text("live", timeout=BACK)
    site.until_state(site.force("night_charges"), "succeeded")
    expect(page.locator("#row-night_charges")).to_contain_text("done")


def test_a_page_still_says_live_when_its_head_was_swapped(visitor: Visitor, site: RunningSite) -> None:
    page = visitor("viewer").go("/services/night_charges")
    expect(page.locator("#live")).to_have_text("live")
    page.locator("#live").evaluate("(live) => { live.dataset.seen = 1 }")
    site.until_state(site.force("night_charges"), "succeeded")
    expect(page.locator("#live[data-seen]")).to_have_count(0)
    expect(page.locator("#live")).to_have_text("live")


@pytest.mark.parametrize("answer", [503, None])
def test_a_page_whose_stream_cannot_be_opened_at_first_says_so_and_comes_alive(
    visitor: Visitor, site: RunningSite, answer: int | None
) -> None:
    refused = threading.Event()

    def refuse_at_first(route: Route) -> None:
        if refused.is_set():
            route.continue_()
            return
        refused.set()
        if answer:
            route.fulfill(status=answer, content_type="text/html", body='<div id="notice">away</div>')
        else:
            route.abort("connectionrefused")

    visit = visitor("viewer")
    visit.page.route("**/live/**", refuse_at_first)
    page = visit.go("/")
    expect(page.locator("#live")).to_have_text("connection lost, trying again")
    expect(page.locator("#live")).to_have_text("live", timeout=BACK)
    site.until_state(site.force("night_charges"), "succeeded")
    expect(page.locator("#row-night_charges")).to_contain_text("done")


def test_an_open_page_does_not_hold_up_a_server_that_is_told_to_stop(
    visitor: Visitor, site: RunningSite
) -> None:
    page = visitor("viewer").go("/")
    expect(page.locator("#live")).to_have_text("live")
    before = len(site.log.read_text())
    web = next(each for each in site.processes() if each.pid == site.pid_of("web"))
    web.terminate()
    expect(page.locator("#live")).to_contain_text("trying again", timeout=BACK)
    until(lambda: not web.is_running(), "it has ended")
    expect(page.locator("#live")).to_have_text("live", timeout=BACK)
    said = site.log.read_text()[before:]
    for words in ("Traceback", "shutdown exceeded"):
        assert words not in said


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_accessible(visitor: Visitor, dark: bool, width: int) -> None:
    visit = visitor(dark=dark, width=width)
    visit.go("/")
    assert visit.faults() == []
    wide = visit.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
