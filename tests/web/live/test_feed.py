"""Do programs hear of what happens to runs, services and nodes, once, and also after a break?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from store import database, node
from tests.web.shown.conftest import Scene, scene
from web.acts.edits import Edits
from web.api.events import stream
from web.live import feed as module
from web.live.feed import Feed

__all__ = ["scene"]

SERVICE = "talker"


@pytest.fixture
def feed(scene: Scene) -> Iterator[Feed]:
    made = Feed(scene.site)
    made.look()
    yield made
    made.close()


def heard(feed: Feed, mark: str) -> list[tuple[str, str]]:
    """(kind, what) of the events since a mark, after a look."""
    feed.look()
    found = [event for _, event in feed.since(mark)]
    return [(each.kind, str(each.data.get("state") or each.data.get("action") or "")) for each in found]


def test_a_run_is_told_of_at_each_state_and_once(scene: Scene, feed: Feed) -> None:
    mark = feed.mark
    run = scene.ask(SERVICE)
    assert heard(feed, mark) == [("run", "granted")]
    scene.claim(run)
    assert heard(feed, mark)[1:] == [("run", "running")]
    scene.end(run)
    assert heard(feed, mark)[2:] == [("run", "succeeded")]
    assert len(heard(feed, mark)) == 3


def test_a_run_that_came_and_went_between_two_looks_is_told_of(scene: Scene, feed: Feed) -> None:
    mark = feed.mark
    run = scene.ask(SERVICE)
    scene.claim(run)
    scene.end(run)
    assert heard(feed, mark) == [("run", "succeeded")]
    ((_, event),) = feed.since(mark)
    assert (event.data["id"], event.data["service"], event.data["node"]) == (run, SERVICE, "n1")


def test_a_run_that_comes_in_the_midst_of_a_look_is_told_of_once(
    scene: Scene, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module.lookup.open_runs
    mark, asked = feed.mark, list[int]()

    def open_runs(*given: Any) -> Any:
        found = real(*given)
        if not asked:
            asked.append(scene.ask(SERVICE))
        return found

    monkeypatch.setattr(module.lookup, "open_runs", open_runs)
    feed.look()
    assert heard(feed, mark) == [("run", "granted")]


def test_edits_and_nodes_are_told_of(scene: Scene, feed: Feed) -> None:
    mark = feed.mark
    Edits(scene.site, by="ann").disable([SERVICE])
    database.write(lambda tx: node.set_state(tx, "n1", "left", scene.clock.now()))
    assert heard(feed, mark) == [("service", "disable"), ("node", "left")]


def test_whoever_comes_back_hears_only_what_was_missed(scene: Scene, feed: Feed) -> None:
    scene.ask(SERVICE)
    feed.look()
    mark = feed.mark
    assert heard(feed, mark) == []
    Edits(scene.site, by="ann").disable([SERVICE])
    assert ("service", "disable") in heard(feed, mark)


@pytest.mark.parametrize("mark", ["", "nonsense", "abcd.1", "{start}.99", "{start}.-1", "{start}.x", "0.²"])
def test_a_mark_that_is_not_known_is_a_reset(scene: Scene, feed: Feed, mark: str) -> None:
    given = mark.format(start=feed.mark.partition(".")[0])
    ((newer, event),) = feed.since(given)
    assert (event.kind, newer) == ("reset", feed.mark)
    assert feed.since(newer) == []


def test_too_much_meanwhile_is_a_reset(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    feed = Feed(scene.site)
    feed.look()
    mark = feed.mark
    for name in (SERVICE, SERVICE, SERVICE):
        edits = Edits(scene.site, by="ann")
        edits.disable([name])
        edits.enable([name])
    assert heard(feed, mark) == [("reset", "")]


def test_a_stream_brings_events_as_they_happen_and_goes_on_after_a_break(scene: Scene, feed: Feed) -> None:
    async def allowed() -> bool:
        return True

    async def listen() -> tuple[str, str]:
        first = stream(feed, feed.mark, allowed)
        assert await anext(first) == "retry: 1000\n\n"
        await asyncio.to_thread(_ask, scene)
        text = await asyncio.wait_for(anext(first), 30)
        await first.aclose()
        mark = text.partition("\n")[0].removeprefix("id: ")
        await asyncio.to_thread(_disable, scene)
        again = stream(feed, mark, allowed)
        assert await anext(again) == "retry: 1000\n\n"
        later = await asyncio.wait_for(anext(again), 30)
        await again.aclose()
        return text, later

    text, later = asyncio.run(listen())
    assert "event: run\ndata: {" in text
    assert "event: service\ndata: {" in later


def test_a_stream_ends_for_whom_it_is_no_longer_allowed(scene: Scene, feed: Feed) -> None:
    async def refused() -> bool:
        return False

    async def listen() -> list[str]:
        return [text async for text in stream(feed, feed.mark, refused, heartbeat=0.01)]

    assert asyncio.run(listen()) == ["retry: 1000\n\n"]


def _ask(scene: Scene) -> None:
    scene.ask(SERVICE)
    database.drop_connection()


def _disable(scene: Scene) -> None:
    Edits(scene.site, by="ann").disable([SERVICE])
    database.drop_connection()
