"""Is an alert shown with all that its operators need, and does what they do to it hold?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.alert.finding import Finding
from domain.time.clock import rfc3339
from store import alert, change, database
from tests.web.shown.conftest import Scene
from web.acts import alerts as acts
from web.acts.refusal import Refusal
from web.shown import alerts as shown

HOUR = 3600.0


def opened(scene: Scene, rule: str = "failing", about: str = "service breaker") -> int:
    """An alert that opens now; its id."""
    found = Finding(rule, about, "it fails", "error")
    made = database.write(lambda tx: alert.open_one(tx, found, scene.clock.now()))
    assert made is not None
    return made


def over(alert_id: int, now: float) -> None:
    row = alert.one(database.read(), alert_id)
    assert row is not None
    database.write(lambda tx: alert.resolve(tx, row, now))


def listing(scene: Scene, **more: Any) -> list[dict[str, Any]]:
    return shown.listing(scene.site, database.read(), **more)


def audit() -> dict[str, Any]:
    """The newest entry of the audit trail."""
    return change.latest(database.read(), 1)[0]


def refused(code: str, act: Any, *args: Any, **more: Any) -> str:
    """The one line of a refusal with this code."""
    with pytest.raises(Refusal) as caught:
        act(*args, **{"by": "anna", **more})
    assert caught.value.code == code
    return str(caught.value)


def test_an_alert_says_what_since_when_and_who_looks_after_it(scene: Scene) -> None:
    since = rfc3339(scene.clock.now())
    one = opened(scene)
    scene.clock.advance(60)
    acts.acknowledge(scene.site, one, by="anna", note="on it")
    (row,) = listing(scene)
    assert (row["rule"], row["object"], row["text"]) == ("failing", "service breaker", "it fails")
    assert (row["state"], row["opened_at"], row["severity"], row["quiet"]) == ("open", since, "error", False)
    assert (row["acknowledged_by"], row["acknowledged_note"]) == ("anna", "on it")
    assert row["acknowledged_at"] == rfc3339(scene.clock.now())


def test_open_ones_come_first_and_those_that_are_over_only_when_asked_for(scene: Scene) -> None:
    first, second, third = (opened(scene, about=f"service s{n}") for n in range(3))
    over(second, scene.clock.now())
    assert [row["id"] for row in listing(scene)] == [third, first]
    assert [row["id"] for row in listing(scene, resolved=5)] == [third, first, second]


def test_quiet_ones_come_after_those_that_call(scene: Scene) -> None:
    loud, quiet = opened(scene), opened(scene, about="service rival")
    acts.silence(scene.site, "failing", about="service rival", by="anna", reason="known")
    rows = listing(scene)
    assert [(row["id"], row["quiet_reason"]) for row in rows] == [
        (loud, None),
        (quiet, "muted by anna: known"),
    ]


def test_pages_follow_each_other_without_a_gap(scene: Scene) -> None:
    ids = [opened(scene, about=f"service s{n}") for n in range(5)]
    seen, before = [], None
    for _ in range(3):
        page = shown.page(scene.site, database.read(), state="all", before=before, limit=2)
        seen += [row["id"] for row in page["alerts"]]
        before = page["next"]
    assert (seen, before) == (ids[::-1], None)


def test_a_mute_ends_by_itself_or_by_hand_and_both_are_in_the_audit(scene: Scene) -> None:
    opened(scene)
    acts.silence(scene.site, "failing", by="anna", seconds=HOUR)
    assert (audit()["action"], audit()["actor"]) == ("mute", "anna")
    assert listing(scene)[0]["quiet"]
    scene.clock.advance(HOUR)
    assert not listing(scene)[0]["quiet"]
    again = acts.silence(scene.site, None, about="service break*", by="anna")
    assert listing(scene)[0]["quiet"]
    acts.unmute(scene.site, again, by="ben")
    assert (audit()["action"], audit()["actor"], audit()["object"]) == ("unmute", "ben", f"mute {again}")
    assert not listing(scene)[0]["quiet"]
    assert shown.mutes(scene.site, database.read()) == []


def test_a_window_is_quiet_in_its_time_and_can_be_cancelled(scene: Scene) -> None:
    opened(scene)
    now = scene.clock.now()
    made = acts.plan_window(scene.site, starts_at=now + 60, ends_at=now + HOUR, by="anna", reason="disks")
    assert audit()["action"] == "plan window"
    (window,) = shown.windows(scene.site, database.read())
    assert (window["begun"], window["object"], window["starts_at"]) == (False, None, rfc3339(now + 60))
    assert not listing(scene)[0]["quiet"]
    scene.clock.advance(60)
    assert listing(scene)[0]["quiet_reason"].startswith("maintenance window until ")
    acts.cancel_window(scene.site, made, by="anna")
    assert (audit()["action"], listing(scene)[0]["quiet"]) == ("cancel window", False)
    assert refused("unknown_window", acts.cancel_window, scene.site, made)


def test_an_acknowledgement_is_taken_back_once(scene: Scene) -> None:
    one = opened(scene)
    acts.acknowledge(scene.site, one, by="anna")
    assert "by anna before" in refused("acknowledged", acts.acknowledge, scene.site, one)
    acts.unacknowledge(scene.site, one, by="ben")
    assert (audit()["action"], listing(scene)[0]["acknowledged_by"]) == ("unacknowledge", None)
    refused("not_acknowledged", acts.unacknowledge, scene.site, one)


def test_what_is_over_or_not_there_is_refused_in_one_line(scene: Scene) -> None:
    one = opened(scene)
    over(one, scene.clock.now())
    refused("ended", acts.acknowledge, scene.site, one)
    assert "tickworks alerts" in refused("unknown_alert", acts.acknowledge, scene.site, 999)
    refused("unknown_mute", acts.unmute, scene.site, 999)


def test_a_service_may_be_named_by_its_title(scene: Scene) -> None:
    acts.silence(scene.site, None, about="service  Breaker", by="anna")
    assert shown.mutes(scene.site, database.read())[0]["object"] == "service breaker"


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("bad_value", {"rule": None}),
        ("bad_value", {"rule": "nonsense"}),
        ("bad_value", {"rule": "failing", "about": "breaker"}),
        ("bad_value", {"rule": "failing", "about": "node "}),
        ("unknown_service", {"rule": "failing", "about": "service breakr"}),
        ("bad_value", {"rule": "failing", "seconds": 0}),
        ("bad_value", {"rule": "failing", "seconds": float("nan")}),
        ("bad_value", {"rule": "failing", "seconds": 1e12}),
        ("bad_value", {"rule": "failing", "reason": "x" * 501}),
    ],
)
def test_a_mute_that_makes_no_sense_is_refused_and_nothing_is_written(
    scene: Scene, code: str, values: dict[str, Any]
) -> None:
    text = refused(code, acts.silence, scene.site, **values)
    assert "\n" not in text
    assert (shown.mutes(scene.site, database.read()), change.latest(database.read())) == ([], [])


@pytest.mark.parametrize(("begins", "ends"), [(0, 0), (60, 30), (-120, -60), (0, 400 * 86_400)])
def test_a_window_that_makes_no_sense_is_refused(scene: Scene, begins: float, ends: float) -> None:
    now = scene.clock.now()
    times = {"starts_at": now + begins, "ends_at": now + ends}
    refused("bad_value", acts.plan_window, scene.site, **times)
    assert shown.windows(scene.site, database.read()) == []
