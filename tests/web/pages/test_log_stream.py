"""The live log: each line once, and only the head and the tail of a long one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store import database
from store.run import log
from tests.support import rows
from tests.support.visitors import Application
from web.shown import log_tail


def written(application: Application, count: int, state: str = "succeeded") -> None:
    """Run 1 with so many lines, which has ended."""
    now = application.clock.now()
    rows.run(1, state, now, "cleaner", started_at=now - 9)
    lines = [(1, n, now, "info", f"line {n} <b>") for n in range(1, count + 1)]
    database.write(lambda tx: log.write(tx, lines))


def events(text: str) -> list[dict[str, Any]]:
    """What a browser would be given; the last one is the end."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            found.append({"id": fields.get("id"), "name": fields.get("event"), **json.loads(fields["data"])})
    return found


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [line[0] for each in found for line in each.get("lines", [])]


def test_a_log_comes_whole_and_in_order_and_the_stream_ends_with_the_run(application: Application) -> None:
    written(application, 1200)
    answer = application.signed_in("viewer").get("/runs/1/log/stream")
    found = events(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert numbers(found) == list(range(1, 1201))
    assert found[-1]["name"] == "end"
    assert found[0]["lines"][0][2:] == ["info", "line 1 <b>"]


@pytest.mark.parametrize("resumed", ["header", "address"])
def test_a_broken_stream_goes_on_after_the_last_line(application: Application, resumed: str) -> None:
    written(application, 30)
    client = application.signed_in("viewer")
    if resumed == "header":
        text = client.get("/runs/1/log/stream?after=3", headers={"last-event-id": "20"}).text
    else:
        text = client.get("/runs/1/log/stream?after=20").text
    assert numbers(events(text)) == list(range(21, 31))


def test_of_a_long_log_the_head_and_the_tail_are_sent(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("HEAD", 10), ("TAIL", 20), ("AT_ONCE", 10)):
        monkeypatch.setattr(log_tail, name, value)
    written(application, 100)
    found = events(application.signed_in("viewer").get("/runs/1/log/stream").text)
    assert numbers(found) == [*range(1, 11), *range(81, 101)]
    assert [each["left_out"] for each in found if each.get("left_out")] == [70]


@pytest.mark.parametrize("place", ["x", "-5", "9" * 40, "é"])
def test_a_made_up_place_begins_at_the_beginning(application: Application, place: str) -> None:
    written(application, 3)
    text = application.signed_in("viewer").get("/runs/1/log/stream", params={"after": place}).text
    assert numbers(events(text)) == [1, 2, 3]


def test_an_ended_run_without_a_line_says_that_it_is_over(application: Application) -> None:
    written(application, 0, "failed")
    found = events(application.signed_in("viewer").get("/runs/1/log/stream").text)
    assert [each.get("state") for each in found] == ["failed", None]
    assert found[-1]["name"] == "end"


def test_a_run_that_is_not_there_has_no_stream(application: Application) -> None:
    answer = application.signed_in("viewer").get("/runs/7/log/stream", headers={"accept": "text/html"})
    assert answer.status_code == 404


def test_a_look_at_a_long_log_reads_only_what_is_new(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(application, 900)
    sizes: list[int] = []
    read = log.read

    def counted(*args: Any) -> Any:
        found = read(*args)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(log, "read", counted)
    found = log_tail.tail(application.site, database.read(), 1, 890)
    assert found is not None
    assert (sizes, found["next"], found["complete"]) == ([10], 900, True)
