"""Which run messages of a batch may this process start?"""

from __future__ import annotations

from typing import Any

import pytest
from dramatiq import Message

from broker.claims import RunClaims
from broker.publish import message_for
from coordinator.grants import RunMessage
from store import database
from store.errors import DatabaseAway
from store.run.claimed import ClaimedRun
from tests.support.engine import Engine


def claims(engine: Engine, node: str = "n1") -> RunClaims:
    return RunClaims(engine.here(node), engine.clock.now)


def granted(engine: Engine, name: str = "mail", **settings: Any) -> Message[Any]:
    """The message of a run that is granted."""
    engine.make_service(name, **settings)
    (message,) = engine.ask(name).messages
    return message_for(message)


def test_a_granted_run_is_claimed_with_what_its_worker_needs(engine: Engine) -> None:
    engine.make_node()
    engine.make_service("mail", run_groups=["disk"], retries=2, time_limit=90.0)
    (sent,) = engine.ask("mail", args={"size": 3}).messages
    message = message_for(sent)
    claimed = claims(engine)([message])[message.message_id]
    assert isinstance(claimed, ClaimedRun)
    assert (claimed.run_id, claimed.fence, claimed.attempt) == (sent.run_id, sent.fence, 1)
    assert (claimed.args, claimed.groups, claimed.retries, claimed.time_limit) == (
        {"size": 3},
        ("disk",),
        2,
        90.0,
    )
    run = engine.run(sent.run_id)
    assert (run["state"], run["process_id"], run["node"]) == ("running", engine.workers["n1"], "n1")


def test_a_message_that_comes_again_finds_the_claim_taken(engine: Engine) -> None:
    engine.make_node()
    message = granted(engine)
    assert claims(engine)([message])
    again = message.copy()
    assert claims(engine)([message, again]) == {}


def test_a_message_twice_in_a_batch_starts_once(engine: Engine) -> None:
    engine.make_node()
    message = granted(engine)
    twin = message_for(RunMessage(message.kwargs["run"], message.kwargs["fence"], "mail", "", "master"))
    assert list(claims(engine)([message, twin])) == [message.message_id]


@pytest.mark.parametrize("order", [1, -1], ids=["forged first", "forged last"])
def test_a_forged_message_takes_no_place_of_the_true_one(engine: Engine, order: int) -> None:
    engine.make_node()
    message = granted(engine)
    forged = message_for(RunMessage(message.kwargs["run"] + 1, message.kwargs["fence"], "mail", "", "master"))
    assert list(claims(engine)([forged, message][::order])) == [message.message_id]


def test_numbers_no_database_has_ever_given_are_nobodys(sqlite_engine: Engine) -> None:
    sqlite_engine.make_node()
    message = message_for(RunMessage(99, 99, "mail", "", "master"))
    assert claims(sqlite_engine)([message]) == {}
    assert claims(sqlite_engine)([]) == {}


def test_the_worker_that_claims_corrects_the_booking(sqlite_engine: Engine) -> None:
    for name in ("n1", "n2"):
        sqlite_engine.make_node(name)
    message = granted(sqlite_engine)
    booked = sqlite_engine.run(message.kwargs["run"])["node"]
    other = "n2" if booked == "n1" else "n1"
    assert claims(sqlite_engine, other)([message])
    assert sqlite_engine.run(message.kwargs["run"])["node"] == other


def test_a_claim_inside_another_transaction_goes_with_it(engine: Engine) -> None:
    engine.make_node()
    message = granted(engine)

    def undone(tx: Any) -> None:
        assert claims(engine).claim_in(tx, [message])
        raise KeyError("rolled back")

    with pytest.raises(KeyError):
        database.write(undone)
    assert engine.state(message.kwargs["run"]) == "granted"


def test_an_outage_is_told_to_the_intake(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseAway("gone")

    sqlite_engine.make_node()
    message = granted(sqlite_engine)
    monkeypatch.setattr(database, "write", away)
    with pytest.raises(DatabaseAway):
        claims(sqlite_engine)([message])
