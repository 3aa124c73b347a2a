"""The editor in a real browser: the preview as one types, two tabs that meet, the keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor


def opened(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Next starts")


def test_the_next_starts_follow_what_is_typed(visitor: Visitor) -> None:
    visit = visitor("admin")
    page = visit.go("/")
    opened(page, "Cache Filler")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Period").fill("7")
    expect(dialog).to_contain_text("every 7 min")
    dialog.get_by_role("spinbutton", name="Period").fill("600")
    expect(dialog).to_contain_text("Fixed Time")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert visit.errors == []


def test_an_edit_is_in_the_table_at_once(visitor: Visitor) -> None:
    page = visitor("admin").go("/")
    opened(page, "Night Charges")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Priority").fill("2")
    dialog.get_by_role("button", name="OK").click()
    expect(page.locator("#notice")).to_contain_text("Night Charges")
    opened(page, "Night Charges")
    expect(page.get_by_role("dialog").get_by_role("spinbutton", name="Priority")).to_have_value("2")


def test_two_tabs_that_edit_one_service_meet(visitor: Visitor) -> None:
    visit = visitor("admin")
    first, second = visit.go("/"), visit.tab()
    second.goto(visit.base + "/")
    for page in (first, second):
        opened(page, "Cache Filler")
    first.get_by_role("dialog").get_by_role("spinbutton", name="Priority").fill("3")
    first.get_by_role("dialog").get_by_role("button", name="OK").click()
    expect(first.locator("#notice")).to_contain_text("Cache Filler")
    second.get_by_role("dialog").get_by_role("spinbutton", name="Priority").fill("4")
    second.get_by_role("dialog").get_by_role("button", name="OK").click()
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("the-admin")
    expect(dialog).to_contain_text("3")
    dialog.get_by_role("button", name="Keep mine").click()
    expect(dialog.get_by_text("Take theirs")).to_have_count(0)
    second.goto(visit.base + "/services/cache_filler/edit")
    expect(second.get_by_role("spinbutton", name="Priority")).to_have_value("4")


def test_escape_closes_the_editor_and_goes_back_to_its_row(visitor: Visitor) -> None:
    page = visitor("admin").go("/")
    link = page.get_by_role("link", name="Cache Filler", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Next starts")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(link).to_be_focused()


def test_the_editor_is_accessible(visitor: Visitor) -> None:
    visit = visitor("admin", dark=True)
    opened(visit.go("/"), "Cache Filler")
    assert visit.faults() == []


def focused(page: Page) -> str:
    """What a screen reader would say of where the keyboard is: name or value."""
    return str(
        page.evaluate(
            """() => {
                const at = document.activeElement;
                return at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent;
            }"""
        )
    ).strip()


def tab_to(page: Page, what: str, key: str = "Tab") -> None:
    """Press Tab until something is reached, as somebody does who has no mouse."""
    for _ in range(80):
        page.keyboard.press(key)
        if focused(page) == what:
            return
    raise AssertionError(f"{what} was not reached, but {focused(page)}")


def test_a_schedule_is_edited_by_keyboard_alone(visitor: Visitor) -> None:
    visit = visitor("admin")
    page = visit.go("/")
    page.keyboard.press("/")
    page.keyboard.type("night")
    expect(page.get_by_role("link", name="Quota Watcher", exact=True)).to_have_count(0)
    tab_to(page, "Night Charges")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Next starts")
    tab_to(page, "Add a time")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("textbox", name="Time 2")).to_be_focused()
    page.keyboard.type("16:45")
    expect(dialog.locator("#preview")).to_contain_text("16:45")
    tab_to(page, "Tue")
    page.keyboard.press("Space")
    expect(dialog.locator("#preview")).not_to_contain_text("Wed")
    tab_to(page, "Time 1", "Shift+Tab")
    tab_to(page, "Remove 03:20")
    page.keyboard.press("Enter")
    # Nothing behind the dialog can be reached while it is open.
    tab_to(page, "OK")
    assert page.evaluate("document.getElementById('dialog').contains(document.activeElement)")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#notice")).to_contain_text("Night Charges: saved")
    expect(page.get_by_role("link", name="Night Charges", exact=True)).to_be_focused()
    expect(page.get_by_role("row").filter(has_text="Night Charges")).to_contain_text("16:45")
    assert visit.errors == []
