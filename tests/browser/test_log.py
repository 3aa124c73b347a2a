"""The log of a run as it is written."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Page, expect

from store import database
from store.run import log
from tests.browser.conftest import Visitor
from tests.support.site import RunningSite
from tests.support.until import until

FIRST = re.compile("shout 1 ä")


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


def test_ten_megabytes_of_log_leave_their_head_and_tail_and_the_server_answers_meanwhile(
    visitor: Visitor, site: RunningSite
) -> None:
    run_id = site.force("shouter")
    site.until_state(run_id, "running")
    visit, other = visitor("viewer"), visitor("operator")
    page = visit.go(f"/runs/{run_id}")
    lines = page.locator("[data-log-lines] .log-line")
    processes = [psutil.Process(site.pid_of("web")), *map(psutil.Process, site.workers())]
    before = [each.memory_info().rss for each in processes]
    with deaf_client(page, f"{visit.base}/runs/{run_id}/log/stream"):
        (site.folder / "shout").touch()
        expect(lines.filter(has_text=FIRST)).to_have_count(1, timeout=60_000)
        until(lambda: newest(run_id) > 60_000, "many lines were written", seconds=60)
        # It goes on writing until the file is gone, so these are answered meanwhile.
        assert page.request.get(f"{visit.base}/healthz").ok
        other.go("/").get_by_role("button", name="Run Night Charges").click()
        expect(other.page.locator("#notice")).to_contain_text("Night Charges")
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("[data-log-said]")).to_contain_text("live")
        assert site.run(run_id)["state"] == "running"
        (site.folder / "shout").unlink()
        site.until_state(run_id, "succeeded")
    expect(page.locator("[data-log-said]")).to_contain_text("complete")
    expect(page.locator("[data-log-lines]")).to_contain_text("the last of ")
    assert lines.count() <= 5_000
    expect(lines.filter(has_text=FIRST)).to_have_count(1)
    expect(page.locator(".log-gap")).to_contain_text("lines left out")
    kept = database.read().value("SELECT COUNT(*) FROM run_log WHERE run_id = ?", (run_id,))
    assert kept <= log.HEAD + log.TAIL + 1_000
    download = page.request.get(f"{visit.base}/api/v1/runs/{run_id}/log?download=1").text()
    for text in ("shout 1 ä", "shout 4000 ä", "lines are left out here", "the last of "):
        assert text in download
    grown = [each.memory_info().rss - was for each, was in zip(processes, before, strict=True)]
    assert max(grown) < 100_000_000, grown
    assert visit.errors == []


def newest(run_id: int) -> int:
    return log.next_number(database.read(), run_id) - 1


@contextmanager
def deaf_client(page: Page, address: str) -> Iterator[None]:
    """Somebody who follows the same log and never reads what is sent."""
    parts = urlsplit(address)
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookies}\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect((parts.hostname, parts.port))
        connection.sendall(request.encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield
