"""A switch's files by SFTP, one of them damaged: are the totals at the end of the line right to the unit?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from actors.calculating.books import Books
from actors.calculating.pool import Here
from actors.calculating.turn import Turn
from actors.rating import (
    files_collector,
    files_downloader,
    rerating,
    statistics_manager_meta_info,
    summary,
)
from actors.service import call
from actors.testing import testing_context
from domain.objects.catalogue import find
from store import database
from store.calls import balance
from store.object import read
from tests.actors.rating.collecting_scene import row, text
from tests.actors.rating.fetching_scene import Far, by_ssh
from tests.support import call_rows
from tests.support.object_site import add
from tests.support.real_sftp import RealSftp, real_sftp
from tests.support.visitors import FILE, Application, running_application
from web.acts.objects import Objects
from web.acts.reratings import Reratings
from web.shown.reratings import Asked

CALLS = 150
PRICES = {"44": Decimal("0.0187"), "49": Decimal("0.0123"), "4420": Decimal("0.0219")}
DEARER = {**PRICES, "44": Decimal("0.0311")}
MINIMUM, INTERVAL = 30, 6
DAY = "2027-01-15"
#: Lines that no reader can make a call of.
BROKEN = ("cut,off", row(9001, duration="abc"), row(9002, setup_at="yesterday"), row(9003, status="odd"))


@dataclass
class Line:
    """The whole line, with its switch."""

    application: Application
    switch: Far
    data: Path
    fence: int = 0

    def run(self, service: Any, options: Any = None, **more: Any) -> None:
        self.fence += 1
        now = datetime.fromtimestamp(self.application.clock.now(), UTC)
        log = self.data / "log"
        context = testing_context(service, now=now, fence=self.fence, log_folder=log, **more)
        call(service, context, options or (service.options() if service.options else None))
        assert [each.state for each in context.ports.ended_steps] == ["done"], context.ports.ended_steps

    def rate(self) -> None:
        """Turns of a calculator without children, until nothing waits."""
        books = Books()
        turn = Turn("n1", 100, 2, books, Here(books), self.application.clock.now)
        while turn.wanted():
            self.fence += 1
            turn.take(self.fence, lambda: None)

    def sum_up(self) -> None:
        self.run(summary.run)
        self.run(statistics_manager_meta_info.run)


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSftp]:
    with real_sftp(tmp_path_factory.mktemp("switch")) as server:
        yield server


@pytest.fixture
def line(
    tmp_path: Path, engine_database: str, ssh: RealSftp, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Line]:
    monkeypatch.chdir(tmp_path)
    folder = ssh.folder / engine_database
    folder.mkdir()
    far = by_ssh(ssh, folder, "sftp")
    text = FILE.replace("profiles = []", 'profiles = ["voice"]')
    for made in running_application(tmp_path, monkeypatch, text):
        _scene(made, far)
        yield Line(made, far, tmp_path)


def _scene(application: Application, far: Far) -> None:
    site = application.site
    add(site, "currency", code="EUR", title="Euro", decimals=2, is_base=True)
    add(site, "rate_table", name="Retail", currency="EUR")
    for code, price in PRICES.items():
        words: dict[str, Any] = {"price": str(price), "minimum": MINIMUM, "interval": INTERVAL}
        add(site, "rate", rate_table="Retail", code=code, **words)
    add(site, "organisation", name="Acme")
    add(site, "voice_client", organisation="Acme", currency="EUR", orig_table="Retail")
    add(site, "voice_account", name="Acme trunk", client="Acme", value="192.0.2.1")
    add(site, "gateway", name="switch", zone="UTC")
    add(site, "data_source", name="switch", **far.values)
    add(site, "collector", name="switch", gateway="switch", folder="calls/switch", finished_after=0)


def told(random: Random) -> list[tuple[str, int]]:
    """(called number, seconds) of each call; some to where no rate is."""
    codes = ("44", "4420", "49", "33")
    return [
        (f"{random.choice(codes)}{random.randrange(10**6, 10**7)}", random.randrange(400))
        for _ in range(CALLS)
    ]


def lines(calls: list[tuple[str, int]], first: int, at: float) -> list[str]:
    found = []
    for number, (dst, seconds) in enumerate(calls, first):
        begun = int(at) - 7200 + number * 20
        found.append(
            row(
                number,
                dst=dst,
                duration=seconds,
                setup_at=begun,
                connect_at=begun,
                disconnect_at=begun + seconds,
                status="answered" if seconds else "busy",
                cause=16 if seconds else 17,
            )
        )
    return found


def oracle(calls: list[tuple[str, int]], prices: dict[str, Decimal]) -> int:
    """What they cost together, in 10^-6: one call after the other, by the longest code."""
    total = 0
    for dst, seconds in calls:
        code = next((code for code in sorted(prices, key=len, reverse=True) if dst.startswith(code)), None)
        if code is None or not seconds:
            continue
        billed = max(seconds, MINIMUM)
        billed = MINIMUM + -(-(billed - MINIMUM) // INTERVAL) * INTERVAL
        cost = billed * prices[code] / 60
        total += int(cost.quantize(Decimal("0.000001"), ROUND_HALF_EVEN) * 10**6)
    return total


def cost() -> int:
    return int(database.read().value("SELECT SUM(cost) FROM summary WHERE origin = 0"))


def owed() -> int:
    """What the client's balance says."""
    assert balance.differences(database.read()) == []
    (account,) = call_rows.table("balance")
    return -int(account["amount"])


@pytest.mark.covers("files_downloader", 1)
@pytest.mark.covers("files_collector", 1)
@pytest.mark.covers("rerating", 1)
@pytest.mark.covers("summary", 1)
def test_calls_of_a_switch_become_a_chart_and_a_rerating_moves_it_by_the_difference(line: Line) -> None:
    at = line.application.clock.now()
    calls = told(Random(7))
    whole, damaged = lines(calls[:100], 0, at), lines(calls[100:], 100, at)
    line.switch.put("whole.csv", text(*whole).encode())
    line.switch.put("damaged.csv", text(*damaged[:20], *BROKEN, *damaged[20:]).encode())

    line.run(files_downloader.files_downloader, secrets=line.switch.secrets)
    line.run(files_collector.files_collector)
    line.rate()
    line.sum_up()

    files = {row["name"]: (row["state"], row["bad"]) for row in call_rows.table("xdr_file")}
    assert files == {"whole.csv": ("loaded", 0), "damaged.csv": ("loaded", len(BROKEN))}
    before = oracle(calls, PRICES)
    assert (cost(), owed()) == (before, before)
    (day,) = call_rows.table("call_day")
    lost = sum(dst.startswith("33") for dst, _ in calls)
    # Of each call the vendor's side has no account here.
    assert (day["legs"], day["mismatched"]) == (2 * CALLS, CALLS + lost)

    viewer = line.application.signed_in("viewer")
    report = viewer.get(f"/api/v1/calls/summary?by=client&first={DAY}").json()
    answered = sum(seconds > 0 for _, seconds in calls)
    total = report["total"]
    assert (total["attempts"], total["answered"]) == (CALLS, answered)
    assert total["minutes"] == round(sum(seconds for _, seconds in calls) / 60, 2)
    assert Decimal(total["cost"]["EUR"]) * 10**6 == before
    page = viewer.get(f"/calls/summary?first={DAY}").text
    drawn = re.findall(r"<title>Fri 15 Jan \d\d:00: ([\d,]+)</title>", page.split("<figcaption>ASR")[0])
    assert sum(int(each.replace(",", "")) for each in drawn) == CALLS

    _dearer(line)
    Reratings(line.application.site, by="ann").start(Asked(first=DAY, last=DAY))
    line.run(rerating.run)
    line.sum_up()

    after = oracle(calls, DEARER)
    assert after > before
    assert (cost(), owed()) == (after, after)
    entries = [each for each in call_rows.table("entry") if each["kind"] == "rerating"]
    assert sum(-each["amount"] for each in entries) == after - before


def _dearer(line: Line) -> None:
    """The rate of 44 is changed, not that of 4420 below it."""
    (rate,) = (each for each in read.live(database.read(), "rate") if each["code"] == "44")
    acts = Objects(line.application.site, by="ann")
    acts.change(find("rate"), rate["id"], {"price": str(DEARER["44"])}, None)
