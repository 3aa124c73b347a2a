"""What becomes of a wish for a run?"""

from __future__ import annotations

from typing import Any

import pytest

from coordinator.request_keys import forget_keys
from coordinator.requested import Refused
from store import change, node
from store.database import read
from tests.support.engine import Engine, periodic


@pytest.fixture(autouse=True)
def two_services(engine: Engine) -> None:
    engine.make_service("job", run_groups=["g"])
    engine.make_service("other", run_groups=["g"], priority=2)
    engine.make_node()


def refusal(engine: Engine, name: str, **asked: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        engine.ask(name, **asked)
    return caught.value.code, str(caught.value)


@pytest.fixture
def busy(engine: Engine) -> int:
    """Somebody holds the group, so that requests wait."""
    return engine.start("other").run_id


def test_an_equal_waiting_request_is_joined(engine: Engine, busy: int) -> None:
    first = engine.ask("job", args={"a": 1, "b": 2}, trigger="api")
    second = engine.ask("job", args={"b": 2, "a": 1})
    assert (second.run_ids, second.merged, first.merged) == (first.run_ids, True, False)


@pytest.mark.parametrize(
    "asked", [{"args": {"a": 2}}, {"step": 1}, {"node": "n1"}, {"args": {"a": 1, "b": 1}}, {"args": {}}]
)
def test_an_unequal_request_is_a_run_of_its_own(engine: Engine, busy: int, asked: dict[str, Any]) -> None:
    first = engine.request("job", args={"a": 1})
    assert engine.request("job", **{"args": {"a": 1}, **asked}) != first


def test_a_request_is_not_joined_to_a_run_that_has_begun(engine: Engine) -> None:
    granted = engine.request("job")
    assert engine.request("job") != granted


def test_a_request_is_not_joined_to_an_occurrence(engine: Engine, busy: int) -> None:
    engine.make_service("tidy", rule=periodic(1), run_groups=["g"])
    engine.clock.advance(60)
    (occurrence,) = engine.tick().queued
    assert engine.request("tidy") != occurrence


def test_a_key_names_one_run_for_a_day(engine: Engine) -> None:
    run_id = engine.request("job", key="k")
    engine.clock.advance(86_400)
    engine.write(lambda tx: forget_keys(tx, engine.clock.now()))
    assert engine.ask("job", key="k").run_ids == [run_id]
    engine.clock.advance(1)
    assert engine.request("job", key="k") != run_id


def test_a_key_answers_with_the_runs_on_all_nodes(engine: Engine) -> None:
    engine.make_service("all", instances="each")
    engine.make_node("n2")
    first = engine.ask("all", key="k")
    again = engine.ask("all", key="k")
    assert len(first.run_ids) == 2
    assert (again.run_ids, again.merged) == (first.run_ids, first.merged)


@pytest.mark.parametrize("more", [{"args": {"a": 1}}, {"node": "n1"}, {"reason": "other"}])
def test_a_key_of_another_request_is_refused(engine: Engine, more: dict[str, Any]) -> None:
    engine.request("job", key="k")
    assert refusal(engine, "job", key="k", **more) == (
        "key_used", "key 'k' was used for another request of job: use another one",
    )  # fmt: skip


def test_a_key_of_another_service_is_refused(engine: Engine) -> None:
    engine.request("job", key="k")
    assert refusal(engine, "other", key="k") == (
        "key_used", "key 'k' was used for service job: use another one",
    )  # fmt: skip


def test_old_keys_are_forgotten_and_young_ones_kept(engine: Engine) -> None:
    engine.request("job", key="old")
    engine.clock.advance(86_401)
    engine.request("job", key="young")
    engine.write(lambda tx: forget_keys(tx, engine.clock.now()))
    assert engine.rows("SELECT key FROM request_key") == [("young",)]


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ({"rule": {"kind": "daemon"}}, "daemon", "Odd is a daemon: it runs always; `tickworks restart odd`"),
        ({"missing": "rating.url"}, "not_configured", "Odd is not configured: rating.url"),
        (
            {"enabled": False},
            "disabled",
            "Odd is disabled: enable it, or run it once all the same: `tickworks run odd --even-if-disabled`",
        ),
        (
            {"instances": "each", "roles": ["calc"]},
            "no_node_up",
            "no node with role calc is up to run Odd",
        ),
    ],
)
@pytest.mark.covers("page", "Run utility")
def test_what_cannot_be_run_is_refused_with_the_reason(
    engine: Engine, settings: dict[str, Any], code: str, text: str
) -> None:
    engine.make_service("odd", **settings)
    assert refusal(engine, "odd") == (code, text)
    assert engine.rows("SELECT * FROM run") == []


@pytest.mark.covers("page", "Allowed Nodes")
def test_an_unknown_service_or_node_or_a_node_without_its_role_is_refused(engine: Engine) -> None:
    engine.make_node("n2", roles="calc")
    assert refusal(engine, "nix")[0] == "unknown_service"
    assert refusal(engine, "job", node="n9") == ("unknown_node", "no node 'n9': `tickworks nodes` lists them")
    assert refusal(engine, "job", node="n2") == (
        "not_allowed_there",
        "Job needs role master, which n2 has not",
    )


def test_a_disabled_service_runs_once_on_confirmation_and_that_is_audited(engine: Engine) -> None:
    engine.make_service("odd", enabled=False)
    run = engine.start("odd", even_if_disabled=True, reason="once more")
    (entry,) = change.latest(read())
    assert (entry["action"], entry["object"], entry["reason"]) == (
        "run although disabled", "service odd", "once more",
    )  # fmt: skip
    engine.end(run)
    assert engine.state(run.run_id) == "succeeded"


def test_a_service_of_every_node_runs_on_each_that_is_up(engine: Engine) -> None:
    engine.make_service("each", instances="each", roles=["master", "calc"])
    for name, state in (("n2", "up"), ("n3", "draining"), ("n4", "lost"), ("n5", "left")):
        engine.make_node(name)
        engine.write(lambda tx, name=name, state=state: node.set_state(tx, name, state, 1.0))  # type: ignore[misc]
    engine.make_node("n6", roles="report")
    made = engine.ask("each").run_ids
    assert [engine.run(run_id)["for_node"] for run_id in made] == ["n1", "n2"]
    assert engine.run(engine.request("each", node="n2", args={"n": 1}))["for_node"] == "n2"


def test_a_waiting_run_keeps_the_groups_it_was_made_with(engine: Engine, busy: int) -> None:
    waits = engine.request("job")
    engine.make_service("job", run_groups=["h"])
    later = engine.request("job", args={"n": 1})
    assert engine.run(waits)["run_groups"] == "g"
    assert engine.held() == {"g": busy, "h": later}


@pytest.mark.covers("page", "Run utility", "Run or Disable")
def test_a_forced_run_does_not_move_the_schedule(engine: Engine) -> None:
    engine.make_service("tidy", rule=periodic(5))
    before = engine.service("tidy")["accounted_until"]
    engine.end(engine.start("tidy"))
    assert engine.service("tidy")["accounted_until"] == before
    engine.clock.advance(300)
    assert len(engine.tick().queued) == 1


# Preempting.


def test_one_who_preempts_starts_when_the_holder_has_stopped(engine: Engine) -> None:
    holder = engine.start("job")
    engine.request("other")
    first = engine.request("other", args={"n": 1}, preempt=True)
    assert (engine.state(first), engine.run(holder.run_id)["cancel_by"]) == ("queued", "tester (preempted)")
    engine.end(holder, "cancelled")
    assert engine.held() == {"g": first}


def test_one_who_preempts_a_grant_starts_at_once(engine: Engine) -> None:
    holder = engine.request("job")
    first = engine.request("other", preempt=True)
    assert engine.states(holder, first) == ["cancelled", "granted"]


def test_a_waiting_twin_preempts_too(engine: Engine) -> None:
    holder = engine.start("job")
    waits = engine.request("other")
    assert engine.request("other", preempt=True) == waits
    assert engine.run(holder.run_id)["cancel_at"] is not None


@pytest.mark.parametrize("stop", ["paused", "maintenance", "no node"])
def test_one_who_could_not_start_anyway_stops_nobody(engine: Engine, stop: str) -> None:
    holder = engine.start("job")
    if stop == "paused":
        engine.edit(lambda editor: editor.pause("other"))
    elif stop == "maintenance":
        engine.edit(lambda editor: editor.maintenance(True))
    else:
        engine.write(lambda tx: node.set_state(tx, "n1", "draining", 1.0))
    assert engine.state(engine.request("other", preempt=True)) == "queued"
    assert engine.run(holder.run_id)["cancel_at"] is None


def test_preempting_on_one_node_leaves_the_others_alone(engine: Engine) -> None:
    engine.make_service("each", instances="each")
    engine.make_node("n2")
    runs = [engine.claim(run_id) for run_id in engine.ask("each").run_ids]
    engine.request("each", node="n1", args={"n": 1}, preempt=True)
    asked = [engine.run(run.run_id)["cancel_at"] is not None for run in runs if run]
    assert asked == [True, False]
