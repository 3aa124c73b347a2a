"""Does what happens reach the hooks: signed, in order for each object, and once whatever goes wrong?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.http.signature import HEADER, verify
from domain.effects.act import Act
from domain.objects.catalogue import find
from domain.objects.checked import checked
from domain.retention import DAY, Retention
from store import database, held_act, history
from store.hooks import calls, state
from store.object import write
from tests.actors.system.hook_scene import KEY, NOW, changed, happens, hook, names, states, work
from tests.support.fault_proxy import FaultProxy
from tests.support.http_receiver import Answer, Got, Receiver, receiver
from tests.support.opened import DATABASES, opened_database

#: For what is written in SQL of its own.
both = pytest.mark.parametrize("opened", DATABASES, indirect=True)


@pytest.fixture(params=["sqlite"], autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def proxy(there: Receiver) -> Iterator[FaultProxy]:
    with FaultProxy(there.port) as made:
        yield made


def at(port: int) -> str:
    return f"http://127.0.0.1:{port}/hook"


@both
@pytest.mark.covers("provisioning_manager", 1)
def test_an_event_arrives_once_signed_with_its_id_and_data(there: Receiver) -> None:
    hook(there.url)
    happens("invoice.paid", about="organisation acme", organisation="acme", amount=5)
    assert work().counts == {"queued": 1, "done": 1}
    assert work(300, run_id=2).counts == {}
    (got,) = there.got
    assert verify(got.headers[HEADER.lower()], KEY, got.body, int(NOW))
    body = json.loads(got.body)
    assert body["event"]["id"] == got.headers["idempotency-key"]
    assert (body["event"]["name"], body["event"]["organisation"]) == ("invoice.paid", "acme")
    assert body["data"]["amount"] == 5
    (tried,) = database.read().dicts("SELECT * FROM hook_try")
    assert (tried["status"], tried["kind"], tried["text"]) == (200, "done", "thank you")


@both
def test_what_people_do_to_objects_is_told_with_its_fields(there: Receiver) -> None:
    hook(there.url, events=("organisation.*",))
    changed("organisation add", "organisation acme", after={"name": "acme", "city": "Łódź"})
    changed("organisation change", "organisation acme", {"name": "acme"}, {"name": "acme", "city": "東京"})
    changed("service disable", "cache_manager")
    happens("failure")
    work()
    assert names(there) == [
        ("organisation.create", "organisation acme"),
        ("organisation.update", "organisation acme"),
    ]
    assert json.loads(there.got[1].body)["data"]["after"]["city"] == "東京"


@both
def test_a_hook_hears_only_of_its_organisation_and_those_below(there: Receiver) -> None:
    def add(name: str, parent: str | None) -> int:
        values = checked(find("organisation"), {"name": name, "parent": parent})
        return database.write(lambda tx: write.create(tx, "organisation", values, now=NOW - 90))

    add("north", None)
    add("acme", "north")
    add("south", None)
    hook(there.url, organisation="north")
    for name in ("acme", "south", "north"):
        happens("paid", about=name, organisation=name)
    happens("paid", about="nobody's")
    work()
    assert [about for _, about in names(there)] == ["acme", "north"]


def test_an_object_keeps_its_order_and_holds_no_other_back(there: Receiver) -> None:
    def answers(got: Got) -> Answer:
        bad = json.loads(got.body)["event"]["object"] == "poison"
        return (500, {}, b"cannot") if bad else (200, {}, b"")

    there.answers = answers
    hook(there.url)
    happens("one", about="poison")
    happens("one", "two", about="good")
    happens("two", about="poison")
    outcome = work()
    assert outcome.kind == "partial"
    assert names(there) == [("one", "poison"), ("one", "good"), ("two", "good")]
    there.answers = lambda _: (200, {}, b"")
    assert work(60, run_id=2).counts == {"done": 2}
    assert names(there)[3:] == [("one", "poison"), ("two", "poison")]
    assert states() == ["done"] * 4


def test_a_receiver_that_was_down_for_an_hour_gets_all_in_order(there: Receiver, proxy: FaultProxy) -> None:
    hook(at(proxy.port))
    happens(*(f"e{number}" for number in range(5)), about="x")
    happens("y")
    proxy.refuse()
    for minutes in range(0, 60, 5):
        work(60 * minutes, run_id=minutes + 1)
    assert there.got == []
    proxy.heal()
    for minutes in range(60, 100, 5):
        work(60 * minutes, run_id=minutes + 1)
    assert [name for name, about in names(there) if about == "x"] == [f"e{number}" for number in range(5)]
    assert set(states()) == {"done"}
    assert state.one(database.read(), 1)["failures"] == 0


@both
def test_what_waited_long_goes_as_soon_as_the_receiver_is_back(there: Receiver, proxy: FaultProxy) -> None:
    hook(at(proxy.port))
    for about in ("a", "b", "c"):
        happens("paid", about=about)
    proxy.refuse()
    work()
    work(61, run_id=2)
    database.write(lambda tx: tx.run("UPDATE hook_call SET not_before = ? WHERE id > 1", (NOW + DAY,)))
    proxy.heal()
    assert work(3600, run_id=3).counts == {"done": 1}
    assert work(3900, run_id=4).counts == {"done": 2}


@both
def test_a_lost_answer_is_known_and_the_same_key_comes_again(there: Receiver, proxy: FaultProxy) -> None:
    hook(at(proxy.port))
    happens("paid")
    proxy.drop_answer(once=True)
    assert work().counts == {"queued": 1, "unknown": 1}
    assert database.read().value("SELECT unknown FROM hook_call")
    work(900, run_id=2)
    first, second = there.got
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body
    kinds = [row[0] for row in database.read().all("SELECT kind FROM hook_try ORDER BY n")]
    assert kinds == ["unknown_outcome", "done"]


@pytest.mark.parametrize("fault", ["cut", "garbage"])
def test_an_answer_that_is_none_is_tried_again(there: Receiver, proxy: FaultProxy, fault: str) -> None:
    hook(at(proxy.port))
    happens("paid")
    getattr(proxy, fault)()
    assert work().counts == {"queued": 1, "unknown": 1}
    proxy.heal()
    assert work(900, run_id=2).counts == {"done": 1}


def test_a_receiver_that_hangs_keeps_no_other_hook_waiting(there: Receiver, proxy: FaultProxy) -> None:
    hook(at(proxy.port), "slow", timeout=0.5)
    hook(there.url, "good")
    for number in range(4):
        happens("paid", about=f"o{number}")
    proxy.hang()
    assert work().counts == {"queued": 8, "done": 4, "unknown": 3}


@both
def test_a_run_that_died_while_it_sent_leaves_a_call_that_goes_again(there: Receiver) -> None:
    hook(there.url)
    happens("paid")
    there.answers = lambda _: (500, {}, b"")
    work()
    database.write(lambda tx: tx.run("UPDATE hook_call SET state = 'sending', run_id = 1, not_before = 0"))
    there.answers = lambda _: (200, {}, b"")
    assert work(1, run_id=2).counts == {"unknown": 1, "done": 1}
    assert states() == ["done"]


@both
def test_an_observing_site_holds_calls_and_a_drop_ends_them(there: Receiver) -> None:
    hook(there.url)
    happens("one", "two", about="acme")
    assert work(observes=True).counts == {"queued": 2, "held": 1}
    assert work(300, run_id=2, observes=True).counts == {"held": 1}
    assert there.got == []
    key = f"call:{database.read().value('SELECT key FROM hook_call ORDER BY id LIMIT 1')}"
    act = Act(family="system", service="provisioning_manager", effect="outward", what="w", key=key)
    database.write(lambda tx: held_act.ask(tx, act, None, NOW))
    database.write(lambda tx: held_act.drop(tx, [1], "ann", NOW))
    assert work(600, run_id=3, observes=True).counts == {"dropped": 1, "held": 1}
    assert states() == ["dropped", "queued"]
    assert work(900, run_id=4).counts == {"done": 1}
    assert names(there) == [("two", "acme")]


def test_a_private_address_is_refused_unless_the_hook_allows_it(there: Receiver) -> None:
    hook(there.url, allow_private=False)
    happens("paid")
    assert "its address 127.0.0.1 is not public" in work().message
    assert there.got == []


def test_a_hook_without_a_key_calls_nobody_and_says_so(there: Receiver) -> None:
    hook(there.url, secret="")
    happens("paid")
    assert "billing: it has no signing key" in work().message
    assert (there.got, states()) == ([], ["queued"])


def test_what_a_receiver_refuses_is_given_up_after_a_few_tries(there: Receiver) -> None:
    there.answers = lambda _: (422, {}, b"no such customer")
    hook(there.url)
    happens("one", "two", about="acme")
    later = 0.0
    for run_id in range(1, 40):
        work(later, run_id=run_id)
        later += 3600
        if "failed" in states():
            break
    assert len(there.got) == 5 + 1
    assert states() == ["failed", "queued"]
    assert "no such customer" in database.read().value("SELECT error FROM hook_call ORDER BY id LIMIT 1")


def test_a_receiver_that_asks_for_time_is_left_alone_so_long(there: Receiver) -> None:
    there.answers = lambda _: (429, {"retry-after": "1800"}, b"")
    hook(there.url)
    for number in range(5):
        happens("paid", about=f"o{number}")
    work()
    work(1700, run_id=2)
    assert len(there.got) == 1
    there.answers = lambda _: (200, {}, b"")
    assert work(1801, run_id=3).counts == {"done": 5}


@both
def test_a_dead_hook_is_paused_until_somebody_resumes_it(there: Receiver) -> None:
    there.answers = lambda _: (503, {}, b"")
    hook(there.url)
    happens("paid")
    for run_id in range(1, 30):
        work(3600.0 * run_id, run_id=run_id)
    (paused,) = state.paused(database.read())
    assert paused["name"] == "billing"
    asked = len(there.got)
    work(3600.0 * 31, run_id=31)
    assert len(there.got) == asked
    there.answers = lambda _: (200, {}, b"")
    database.write(lambda tx: state.resume(tx, 1, NOW + 3600.0 * 32))
    assert work(3600.0 * 32, run_id=32).counts == {"done": 1}


@both
def test_what_waits_too_long_and_what_an_archived_hook_had_is_ended(there: Receiver) -> None:
    there.answers = lambda _: (503, {}, b"")
    gone, kept = hook(there.url, "gone"), hook(there.url, "kept")
    happens("paid")
    work()
    database.write(lambda tx: write.archive(tx, "event_hook", gone, 1, now=NOW + 1))
    work(3600, run_id=2)
    assert sorted(states()) == ["dropped", "queued"]
    work(73 * 3600, run_id=3)
    assert sorted(states()) == ["dropped", "failed"]
    assert calls.open_calls(database.read(), kept) == []


@both
def test_calls_past_their_term_go_with_their_tries_and_are_not_made_again(there: Receiver) -> None:
    hook(there.url)
    happens("paid")
    work()
    for _ in history.clean(Retention().terms(NOW + 400 * DAY), 500):
        pass
    assert states() == []
    assert database.read().value("SELECT COUNT(*) FROM hook_try") == 0
    happens("paid", later=401 * DAY)
    assert work(401 * DAY, run_id=2).counts == {"queued": 1, "done": 1}


def test_reading_calls_never_goes_through_all_of_them(there: Receiver) -> None:
    plans = []
    for where in (
        "id < 9",
        "id < 9 AND hook_id = 1",
        "id < 9 AND state = 'done'",
        "id < 9 AND hook_id = 1 AND state = 'done'",
    ):
        sql = f"EXPLAIN QUERY PLAN SELECT * FROM hook_call WHERE {where} ORDER BY id DESC LIMIT 5"
        plans += [row[3] for row in database.read().all(sql)]
    assert [plan for plan in plans if "SCAN" in plan or "TEMP" in plan] == []


def test_five_megabytes_arrive_and_more_goes_without_its_data(there: Receiver) -> None:
    hook(there.url)
    happens("large", about="a", blob="x" * (5 * 2**20 - 2_000))
    happens("larger", about="b", blob="x" * (5 * 2**20))
    work()
    large, larger = (json.loads(got.body) for got in there.got)
    assert len(large["data"]["blob"]) == 5 * 2**20 - 2_000
    assert (larger["data"], larger["event"]["too_large"]) == ({}, True)


def test_any_success_is_one_whatever_it_says(there: Receiver) -> None:
    there.answers = lambda _: (204, {}, b"")
    hook(there.url)
    happens("one")
    assert work().counts["done"] == 1
    there.answers = lambda _: (200, {}, b"\xff<html>\x00junk")
    happens("two", later=1)
    assert work(300, run_id=2).counts["done"] == 1


def test_a_redirect_to_a_private_place_is_not_followed(there: Receiver) -> None:
    """The first place is allowed here; a POST that would become a GET is refused anyway."""
    there.answers = lambda _: (302, {"location": "http://169.254.169.254/"}, b"")
    hook(there.url)
    happens("paid")
    assert "it has moved" in work().message


def test_a_stop_ends_the_run_between_two_calls(there: Receiver) -> None:
    from tests.actors.system import hook_scene

    hook(there.url)
    for number in range(20):
        happens("paid", about=f"o{number}")
    stopped = hook_scene.context()
    stopped.ports.stop_after = 8
    outcome = hook_scene.call(stopped.service, stopped, hook_scene.Options())
    assert outcome is not None
    assert outcome.kind == "partial"
    assert 0 < len(there.got) < 20
    work(300, run_id=2)
    assert len({got.headers["idempotency-key"] for got in there.got}) == len(there.got) == 20
