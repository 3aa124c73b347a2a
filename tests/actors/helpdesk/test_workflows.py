"""Do workflows do what users built: for each event once, in order, and never round and round?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.workflow_runs import WorkflowOptions
from backends.http.signature import HEADER, verify
from domain.effects.act import Act
from domain.workflow.checked import checked
from domain.workflow.definition import from_plain
from domain.workflow.problem import WorkflowProblem
from store import database, held_act
from store.workflow import kept
from store.workflow import steps as stored_steps
from tests.actors.helpdesk.workflow_scene import (
    MAIL,
    NOW,
    answer,
    go_live,
    happens,
    http,
    states,
    steps,
    work,
    workflow,
)
from tests.support.fault_proxy import FaultProxy
from tests.support.http_receiver import Receiver, receiver
from tests.support.opened import DATABASES, opened_database

#: For what is written in SQL of its own.
both = pytest.mark.parametrize("opened", DATABASES, indirect=True)
SELF = {"kind": "event", "type": "paid", "severity": "info", "text": "again"}


@pytest.fixture(params=["sqlite"], autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@both
@pytest.mark.covers("workflows", 1)
def test_an_event_sets_a_workflow_off_once_and_its_actions_go_in_order(there: Receiver) -> None:
    go_live()
    body = '{"amount": {{ data.amount }}, "who": {{ organisation | tojson }}}'
    workflow(
        MAIL,
        http(there.url, body=body),
        SELF | {"type": "told"},
        conditions=[{"field": "data.amount", "operator": "more", "value": "3"}],
    )
    happens(amount=5, organisation="acme")
    happens(amount=2)
    happens("other", amount=9)
    assert work().counts == {"set_off": 1, "mail": 1, "http": 1, "event": 1, "done": 1}
    assert work(60, run_id=2).counts == {}
    mail = database.read().dicts("SELECT subject, body_text, family, source FROM mail")
    assert mail == [
        {"subject": "paid", "body_text": "it is paid 5", "family": "helpdesk", "source": "workflows"}
    ]
    (got,) = there.got
    assert json.loads(got.body) == {"amount": 5, "who": "acme"}
    assert database.read().value("SELECT COUNT(*) FROM event WHERE type = 'told'") == 1
    assert (states(), steps()) == ([("w", "done")], [("mail", "done"), ("http", "done"), ("event", "done")])


def test_on_an_observing_site_every_act_is_held_and_goes_once_it_is_live(there: Receiver) -> None:
    workflow(http(there.url))
    happens()
    assert work(observes=True).counts == {"set_off": 1, "held": 1}
    assert there.got == []
    assert "Held" in answer()
    go_live()
    assert work(60, run_id=2).counts == {"http": 1, "done": 1}
    assert len(there.got) == 1


def test_an_act_that_an_admin_drops_ends_the_run(there: Receiver) -> None:
    workflow(http(there.url), MAIL)
    happens()
    work(observes=True)
    key = database.read().value("SELECT key FROM workflow_step WHERE n = 1")
    act = Act(family="helpdesk", service="workflows", effect="outward", what="x", key=f"step:{key}")
    database.write(lambda tx: held_act.ask(tx, act, 1, NOW))
    database.write(lambda tx: held_act.drop(tx, [1], "ann", NOW))
    assert work(60, run_id=2, observes=True).counts == {"dropped": 1}
    assert (states(), steps()) == ([("w", "dropped")], [("http", "dropped"), ("mail", "skipped")])


@both
def test_a_workflow_that_sets_itself_off_is_refused_at_once() -> None:
    go_live()
    workflow(SELF)
    happens()
    for run_id in range(1, 6):
        work(60.0 * run_id, run_id=run_id)
    assert states() == [("w", "done"), ("w", "refused")]
    error = database.read().value("SELECT error FROM workflow_run WHERE id = 2")
    assert error == "a loop: it led to this event itself"


def test_a_chain_of_workflows_ends_at_a_fixed_depth() -> None:
    go_live()
    for n in range(8):
        event = {"kind": "event", "type": f"e{n + 1}", "severity": "info", "text": "on"}
        workflow(event, name=f"w{n}", event=f"e{n}", first=n == 0)
    happens("e0")
    for run_id in range(1, 12):
        work(60.0 * run_id, run_id=run_id)
    assert states() == [*((f"w{n}", "done") for n in range(5)), ("w5", "refused")]


@both
def test_an_edit_does_not_touch_a_run_that_has_begun(there: Receiver) -> None:
    go_live()
    there.answers = lambda _: (500, {}, b"not now")
    workflow_id = workflow(http(there.url, body="old {{ data.n }}"), MAIL)
    happens(n=1)
    work()
    new = checked(from_plain({"event": "paid", "actions": [http(there.url, body="new {{ data.n }}")]}))
    assert database.write(lambda tx: kept.change(tx, workflow_id, 1, "w", new, "ann", NOW))
    there.answers = lambda _: (200, {}, b"")
    happens(n=2)
    work(3600, run_id=2)
    assert [got.body for got in there.got] == [b"old 1", b"old 1", b"new 2"]
    assert database.read().all("SELECT version, state FROM workflow_run ORDER BY id") == [
        (1, "done"),
        (2, "done"),
    ]
    assert database.read().value("SELECT COUNT(*) FROM mail") == 1


def test_a_call_that_fails_is_tried_later_and_later_then_the_run_has_failed(there: Receiver) -> None:
    go_live()
    there.answers = lambda _: (503, {}, b"closed")
    workflow(http(there.url), MAIL)
    workflow(
        {"kind": "event", "type": "seen", "severity": "info", "text": "x"},
        name="watch",
        event="workflow_*",
        first=False,
    )
    happens()
    options = WorkflowOptions(tries=3, timeout=5.0)
    for run_id, later in enumerate((0, 30, 61, 120, 365), 1):
        work(later, run_id, options)
    assert len(there.got) == 3
    assert len({got.headers["idempotency-key"] for got in there.got}) == 1
    assert steps() == [("http", "failed"), ("mail", "skipped")]
    assert "given up after 3 tries" in answer()
    work(400, 9)
    assert states() == [("w", "failed"), ("watch", "done")]


def test_what_is_wrong_for_good_is_tried_once(there: Receiver) -> None:
    go_live()
    there.answers = lambda _: (404, {}, b"no such thing")
    workflow(http(there.url))
    happens()
    work()
    work(3600, 2)
    assert len(there.got) == 1
    assert states() == [("w", "failed")]


@both
def test_a_lost_answer_is_asked_for_again_under_the_same_key(there: Receiver) -> None:
    go_live()
    with FaultProxy(there.port) as proxy:
        workflow(http(f"http://127.0.0.1:{proxy.port}/hook"))
        happens()
        proxy.drop_answer()
        assert work().counts == {"set_off": 1, "unknown": 1}
        proxy.heal()
        assert work(3600, 2).counts == {"http": 1, "done": 1}
    assert len({got.headers["idempotency-key"] for got in there.got}) == 1
    assert database.read().value("SELECT unknown FROM workflow_step")


@both
def test_a_run_that_dies_while_it_calls_leaves_the_step_to_the_next(there: Receiver) -> None:
    go_live()
    there.answers = lambda _: (503, {}, b"closed")
    workflow(http(there.url))
    happens()
    work()
    step = stored_steps.next_of(database.read(), 1)
    assert step is not None
    database.write(lambda tx: stored_steps.begin(tx, step, 7))
    there.answers = lambda _: (200, {}, b"")
    assert work(3600, 8).counts == {"unknown": 1, "http": 1, "done": 1}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/",
        "http://[::1]:{port}/",
        "http://localhost:{port}/",
    ],
)
def test_an_address_of_our_own_network_is_refused_unless_somebody_allowed_it(
    there: Receiver, address: str
) -> None:
    go_live()
    workflow({"kind": "http", "method": "POST", "address": address.format(port=there.port)})
    happens()
    work()
    assert (states(), there.got) == ([("w", "failed")], [])
    assert "not public" in answer()


def test_a_call_with_a_secret_is_signed(there: Receiver) -> None:
    go_live()
    workflow(http(there.url, secret="env:KEY"))
    happens()
    work(secrets={"env:KEY": "s3cret"})
    (got,) = there.got
    assert verify(got.headers[HEADER.lower()], "s3cret", got.body, int(NOW))


@both
def test_no_event_is_lost_or_told_twice_over_many_looks() -> None:
    go_live()
    workflow(MAIL | {"subject": "{{ data.n }}"})
    for n in range(1203):
        happens(n=n)
    work(run_id=1)
    for n in range(1203, 1210):
        happens(n=n)
    work(60, 2)
    subjects = [int(row[0]) for row in database.read().all("SELECT subject FROM mail ORDER BY id")]
    assert subjects == list(range(1210))


def test_what_one_event_does_not_have_fails_its_run_alone() -> None:
    go_live()
    workflow(MAIL | {"to": "{{ data.mail }}"})
    happens(n=1)
    happens(mail="a@example.org")
    happens(mail="a@example.org\r\nBcc: all@example.org, x")
    work()
    assert states() == [("w", "failed"), ("w", "done"), ("w", "failed")]
    assert database.read().all("SELECT address FROM mail_recipient") == [("a@example.org",)]


def test_a_job_that_nobody_knows_fails_with_its_name() -> None:
    go_live()
    workflow({"kind": "job", "job": "no_such_kind", "organisation": "acme"})
    happens()
    work()
    assert states() == [("w", "failed")]
    assert "no_such_kind" in answer()


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({"event": "Paid!", "actions": [MAIL]}, "event: 'Paid!' is no name"),
        ({"event": "paid", "actions": []}, "actions: expected 1 to 20, got 0"),
        ({"event": "paid", "actions": [MAIL | {"text": "a\n{{ amount }}"}]}, "action 1 (mail): text, line 2"),
        ({"event": "paid", "actions": [MAIL | {"to": "nobody"}]}, "to: 'nobody' is not a mail address"),
        ({"event": "paid", "actions": [http("ftp://example.org")]}, "address: expected an address such as"),
        (
            {"event": "paid", "actions": [http("https://e.org", secret="hush")]},
            "secret: expected a reference",
        ),
        (
            {"event": "paid", "actions": [MAIL], "conditions": [{"field": "amount", "operator": "is"}]},
            "condition 1: there is no field 'amount'",
        ),
        (
            {
                "event": "paid",
                "actions": [MAIL],
                "conditions": [{"field": "data.n", "operator": "more", "value": "x"}],
            },
            "value: expected a number, got 'x'",
        ),
        ({"event": "paid", "actions": [MAIL], "if": []}, "there is no field 'if'"),
    ],
)
def test_what_is_wrong_with_a_workflow_is_said_when_it_is_saved(definition: object, said: str) -> None:
    with pytest.raises(WorkflowProblem) as error:
        checked(from_plain(definition))
    assert said in str(error.value)
