"""Does the page ask before it does what many would feel, and does nothing when the answer is no?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import Visitor
from tests.support.until import until

MAINTENANCE = "Maintenance mode…"


class Asked:
    """What a page has asked, each with the same answer, and what it has sent."""

    def __init__(self, page: Page, answer: bool) -> None:
        self.questions: list[str] = []
        self.sent: list[str] = []
        self._answer = answer
        page.on("dialog", self._hear)
        page.on("request", lambda request: request.method == "POST" and self.sent.append(request.url))

    def _hear(self, dialog: Dialog) -> None:
        self.questions.append(dialog.message)
        if self._answer:
            dialog.accept()
        else:
            dialog.dismiss()


def test_a_form_that_the_browser_sends_asks_first(visitor: Visitor) -> None:
    page = visitor("admin").go("/")
    asked = Asked(page, answer=False)
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("button", name=MAINTENANCE).click()
    assert (len(asked.questions), asked.sent) == (1, [])
    assert "nothing starts until you end it" in asked.questions[0]


def test_it_is_sent_when_the_answer_is_yes(visitor: Visitor) -> None:
    page = visitor("admin").go("/")
    asked = Asked(page, answer=True)
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("button", name=MAINTENANCE).click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("button", name="End it")).to_have_count(0)
    assert len(asked.questions) == 1


@pytest.mark.parametrize("ready", [True, False], ids=["with htmx", "before htmx is there"])
def test_what_htmx_sends_asks_once(visitor: Visitor, ready: bool) -> None:
    visit = visitor("admin")
    held: list[Route] = []
    if not ready:
        visit.page.route("**/htmx.min.js*", lambda route: held.append(route))
    visit.page.goto(f"{visit.base}/settings/users", wait_until="load" if ready else "commit")
    if not ready:
        until(lambda: held or visit.page.wait_for_timeout(10), "the page asks for it")
    asked = Asked(visit.page, answer=False)
    visit.page.get_by_role("button", name="Disable the-viewer").click()
    assert (len(asked.questions), asked.sent) == (1, [])
    for route in held:
        route.continue_()
