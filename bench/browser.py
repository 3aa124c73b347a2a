"""What somebody at the page waits for, in Chromium: the first paint, and a row after Run was pressed."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from bench.site import PASSWORD, ROOT, address_of, prepared
from tests.support.browser import Visit, chromium

TIMES = 9


def main() -> list[tuple[str, str, str]]:
    """(what, figure, aim) of everything measured."""
    with tempfile.TemporaryDirectory() as folder:
        file = prepared(Path(folder), services=103, runs=20_000)
        command = [str(Path(sys.executable).parent / "tickworks"), "--config", str(file), "up", "--port", "0"]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
        )
        try:
            address = address_of(process)
            with chromium() as browser:
                visit = Visit(browser.new_context(viewport={"width": 1440, "height": 900}), address)
                visit.sign_in("measure", PASSWORD)
                paints = [_paint(visit) for _ in range(TIMES)]
                moved = [_run(visit.page) for _ in range(TIMES)]
        finally:
            process.terminate()
            process.wait(20)
    return [
        ("services page, 103 services, first paint p50", _ms(paints), "≤ 500 ms"),
        ("Run pressed → the row has changed, p50", _ms(moved), "≤ 200 ms"),
    ]


def _paint(visit: Visit) -> float:
    visit.go("/")
    script = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
    return float(visit.page.evaluate(script)) / 1000


def _run(page: Page) -> float:
    """From the click to the row's new content, on the browser's own clock."""
    row = page.locator("#row-service_0001")
    expect(row.locator(".state").first).to_contain_text("enabled")
    page.evaluate(
        """() => {
            const row = document.getElementById("row-service_0001");
            window.moved = new Promise((done) => {
                let start = 0;
                const seen = () => row.querySelector(".run").value; // the runs that the row shows
                const before = seen();
                row.querySelector(".run").addEventListener("click", () => { start = performance.now(); });
                new MutationObserver(() => seen() !== before && done(performance.now() - start))
                    .observe(row, {childList: true, subtree: true, attributes: true, characterData: true});
            });
        }"""
    )
    row.get_by_role("button", name="Run Service 0001").click()
    took = float(page.evaluate("() => window.moved")) / 1000
    time.sleep(1)
    return took


def _ms(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.0f} ms (max {max(times) * 1000:.0f})"
