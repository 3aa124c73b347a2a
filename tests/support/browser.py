"""Chromium of the distribution, driven by Playwright; and what axe-core says of a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

#: A newcomer's machine may have it elsewhere.
VARIABLE = "TICKWORKS_TEST_CHROMIUM"
#: It asks nobody for anything: only the pages under test are loaded.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parents[1] / "browser" / "axe.min.js"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; skips by name where there is none, which CI does not allow."""
    path = os.environ.get(VARIABLE) or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        said = f"no Chromium: install the package chromium, or set {VARIABLE}"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One person's browser window on a site."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.errors: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        """Another tab of the same person."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        return page

    def go(self, path: str) -> Page:
        """Open a page of the site; its live part is connected when this returns."""
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, name: str, password: str) -> None:
        self.go("/sign-in")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def faults(self, *rules: str) -> list[str]:
        """What axe-core finds wrong with the page as it is, one line each; by all its rules, or by these."""
        # Handed to the page by the debugger: its own rules (CSP) allow no script but the site's.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text() + "\n;null")
        only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
        found = self.page.evaluate("async only => (await axe.run(document, only)).violations", only)
        return [
            f"{each['id']}: {each['help']}: {', '.join(node['target'][0] for node in each['nodes'][:5])}"
            for each in found
        ]
