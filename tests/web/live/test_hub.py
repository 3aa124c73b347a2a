"""One look for all pages that show the same, and none when nobody watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from store import database
from store.errors import DatabaseAway
from tests.support.until import until
from tests.support.visitors import Application
from web.live.hub import Hub, Key, Look, Watch
from web.live.picture import Picture

KEY: Key = ("number", "viewer", ())


class Numbers:
    """A view of one number, which counts how often it is looked at."""

    def __init__(self) -> None:
        self.value = 1
        self.looks = 0
        self.broken = False

    def __call__(self, look: Look) -> Picture:
        self.looks += 1
        if self.broken:
            raise DatabaseAway("it is away")
        html = f"<p id=number>{self.value}</p>"
        return Picture("table", {"number": html}, lambda mark: html)


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture
def hub(application: Application, numbers: Numbers) -> Iterator[Hub]:
    made = Hub(application.site, {"number": numbers})
    yield made
    made.close()


def test_a_change_reaches_everybody_who_watches(hub: Hub, numbers: Numbers) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        watches = [hub.watch(KEY, loop) for _ in range(3)]
        _, mark = await asyncio.to_thread(_closing, lambda: hub.look(KEY))
        for watch in watches:
            watch.news.clear()
        numbers.value = 2
        hub.hurry()
        for watch in watches:
            # The first look of all may wake it too: it says that the database is there.
            while not any("<p id=number>2</p>" in html for _, html in hub.changes(watch, mark)):
                await asyncio.wait_for(watch.news.wait(), 10)
                watch.news.clear()

    asyncio.run(story())


def test_a_view_that_does_not_exist_is_refused(hub: Hub) -> None:
    async def story() -> None:
        with pytest.raises(KeyError):
            hub.watch(("rubbish", "viewer", ()), asyncio.get_running_loop())

    asyncio.run(story())


def test_pages_hear_that_the_database_is_away_and_back(hub: Hub, numbers: Numbers) -> None:
    async def story() -> None:
        watch = hub.watch(KEY, asyncio.get_running_loop())
        numbers.broken = True
        hub.hurry()
        await _until_said(hub, watch, "does not answer since")
        numbers.broken = False
        hub.hurry()
        await _until_said(hub, watch, 'id="away" class="banner bad" hidden')

    asyncio.run(story())


def test_nobody_looks_when_all_pages_are_closed(
    hub: Hub, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.hub.KEEP", 0.0)

    async def story() -> None:
        watch = hub.watch(KEY, asyncio.get_running_loop())
        await asyncio.wait_for(watch.news.wait(), 10)
        hub.leave(watch)

    asyncio.run(story())
    hub.hurry()
    until(lambda: not hub.busy, "the thread has ended")
    before = numbers.looks
    hub.hurry()
    assert numbers.looks == before


def test_closing_wakes_every_stream(hub: Hub) -> None:
    async def story() -> None:
        watch = hub.watch(KEY, asyncio.get_running_loop())
        await asyncio.wait_for(watch.news.wait(), 10)
        watch.news.clear()
        hub.close()
        await asyncio.wait_for(watch.news.wait(), 10)
        assert hub.closed

    asyncio.run(story())


async def _until_said(hub: Hub, watch: Watch, words: str) -> None:
    async def look() -> None:
        while True:
            await watch.news.wait()
            watch.news.clear()
            if any(words in html for _, html in hub.changes(watch, "")):
                return

    await asyncio.wait_for(look(), 10)


def _closing(work: Callable[[], tuple[Picture, str]]) -> tuple[Picture, str]:
    try:
        return work()
    finally:
        database.drop_connection()
