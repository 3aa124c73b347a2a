"""Does the board say who holds a group, who waits in which order and why, and what the day brings?"""

from __future__ import annotations

import re

import pytest

from store import database
from store.run import hold
from tests.support import rows
from tests.support.engine import Engine, periodic
from tests.support.visitors import Application
from tests.web.pages.world import world

DAEMON = {"kind": "daemon"}


def card(page: str, group: str) -> str:
    """The card or the line of a group, as text without tags."""
    found = re.search(rf'<(section|tr) id="group-{group}".*?</\1>', page, re.DOTALL)
    assert found, f"no group {group}"
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def page(application: Application, name: str = "viewer") -> str:
    answer = application.signed_in(name).get("/groups")
    assert answer.status_code == 200
    return answer.text


def history(engine: Engine, name: str, seconds: float) -> None:
    """Five runs that took so long, three days ago."""
    start = engine.clock.now() - 3 * 86_400
    for number in range(5):
        ended = start + seconds
        rows.run(
            100 + number,
            "succeeded",
            ended,
            service=name,
            requested_at=start,
            queued_at=start,
            started_at=start,
        )


def test_a_card_has_the_holder_and_the_line_in_its_order(application: Application) -> None:
    engine = world(application)
    for name in ("long_work", "slow_one", "first_one"):
        engine.make_service(name, run_groups=["disk"])
    engine.make_node("n1")
    held = engine.start("long_work")
    application.clock.advance(30)
    later, sooner = engine.request("slow_one"), engine.request("first_one")
    engine.write(lambda tx: tx.run("UPDATE run SET priority = 0 WHERE id = ?", (sooner,)))
    text = card(page(application), "disk")
    assert f"Long Work run {held.run_id} on n1 for" in text
    assert "no history: its end is not known" in text
    assert text.index(f"First One run {sooner}") < text.index(f"Slow One run {later}")
    assert "waits for group disk, held by Long Work on n1 for 30 s; 1 ahead" in text


def test_the_end_is_expected_and_then_overdue(application: Application) -> None:
    engine = world(application)
    engine.make_service("long_work", run_groups=["disk"])
    history(engine, "long_work", 100.0)
    engine.make_node("n1")
    engine.start("long_work")
    application.clock.advance(60)
    assert "at the latest, as a rule" in card(page(application), "disk")
    application.clock.advance(41)
    text = page(application)
    assert "overdue by" in card(text, "disk")
    assert "1 overdue" in text


def test_who_waits_for_two_groups_says_which_other_one(application: Application) -> None:
    engine = world(application)
    engine.make_service("long_work", run_groups=["disk"])
    engine.make_service("both", run_groups=["disk", "tape"])
    engine.make_node("n1")
    engine.start("long_work")
    waits = engine.request("both")
    text = page(application)
    assert "needs tape too" in card(text, "disk")
    assert "free" in card(text, "tape")
    assert f"Both run {waits}" in card(text, "tape")
    assert "1 run waiting" in text


def test_a_daemons_batch_is_a_holder_and_no_run(application: Application) -> None:
    engine = world(application)
    engine.make_service("keeper", rule=DAEMON, run_groups=["disk"])
    history(engine, "keeper", 100.0)  # it was a periodic service once: that says nothing of its batches
    process_id = engine.make_node("n1")
    now = application.clock.now()
    taken = engine.write(lambda tx: hold.enter(tx, "keeper", process_id=process_id, node="n1", now=now))
    engine.look()
    text = page(application)
    assert "Keeper a daemon's batch on n1" in card(text, "disk")
    assert "at the latest" not in card(text, "disk")
    assert f"/runs/{taken}" not in text


def test_a_free_group_is_one_line_with_its_longest_wait(application: Application) -> None:
    engine = world(application)
    engine.make_service("work", run_groups=["disk"])
    engine.make_node("n1")
    first = engine.start("work")
    second = engine.request("work")
    application.clock.advance(300)
    engine.end(first)
    run = engine.claim(second)
    assert run is not None
    engine.end(run)
    text = page(application)
    assert 'class="card group"' not in text
    assert "No group is held, and nobody waits for one." in text
    assert "5 min Work" in card(text, "disk")


def test_the_forecast_tells_of_collisions_and_offers_another_offset(application: Application) -> None:
    engine = world(application)
    engine.make_service("heavy", run_groups=["disk"], rule=periodic(10))
    engine.make_service("light", run_groups=["disk"], rule=periodic(10))
    engine.make_node("n1")
    history(engine, "heavy", 90.0)
    text = page(application, "operator")
    assert "Heavy and Light want disk in the same minute, 144 times; one waits up to 90 s" in text
    offered = re.search(r'href="(/services/(?:heavy|light)/edit\?align=\d)"', text)
    assert offered
    assert '<svg class="chart forecast"' in text
    assert offered[1] not in page(application, "viewer")


def test_a_schedule_that_cannot_be_kept_is_said(application: Application) -> None:
    engine = world(application)
    engine.make_service("heavy", run_groups=["disk"], rule=periodic(1))
    engine.make_node("n1")
    history(engine, "heavy", 90.0)
    text = page(application)
    assert "Heavy usually takes 1.5 min and is planned every 1 min: occurrences merge." in text
    assert "run group disk is asked for 150% of the day: Heavy 150%." in text


def test_the_forecast_comes_alone_for_an_open_page(application: Application) -> None:
    engine = world(application)
    engine.make_service("heavy", run_groups=["disk"], rule=periodic(10))
    engine.make_node("n1")
    answer = application.signed_in("viewer").get("/groups/forecast")
    assert answer.text.startswith('<section id="forecast"')
    assert "<html" not in answer.text


@pytest.mark.parametrize("path", ["/groups", "/groups/forecast"])
def test_titles_are_only_text(application: Application, path: str) -> None:
    engine = world(application)
    engine.make_service("heavy", run_groups=["disk"], rule=periodic(1))
    engine.make_node("n1")
    history(engine, "heavy", 90.0)
    engine.start("heavy")
    database.write(lambda tx: tx.run("UPDATE service SET title = '<b>bold</b>'"))
    text = application.signed_in("viewer").get(path).text
    assert "&lt;b&gt;bold" in text
    assert "<b>bold" not in text


def test_a_site_without_groups_says_so(application: Application) -> None:
    world(application).sync()
    text = page(application)
    assert "No service that is on has a run group." in text
    assert "No service with a run group is planned in the next 24 hours." in text


def test_the_end_of_a_run_moves_its_group_from_the_board_to_the_list(application: Application) -> None:
    engine = world(application)
    engine.make_service("work", run_groups=["disk"])
    engine.make_node("n1")
    run = engine.start("work")
    hub = application.app.state.hub
    before, _ = hub.look(("groups", "viewer", ()))
    assert before.parts["group-disk"].startswith("<section")
    engine.end(run)
    after, _ = hub.look(("groups", "viewer", ()))
    assert after.parts["group-disk"].startswith("<tr")
    assert after.layout != before.layout
