"""Does rating again book the difference and nothing else, whatever happens on the way?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from actors.calculating import again
from actors.calculating.books import Books
from actors.calculating.rerating import Moved, Rerating
from actors.rating import rerating as service
from actors.service import call
from actors.testing import testing_context
from domain.calls.raw import RawLeg
from domain.calls.selection import Selection
from domain.objects.catalogue import find
from node.site import Site
from store import database
from store.calls import balance, batch, day_state, rerating
from store.object import read
from tests.actors.calculating.test_turn import agree, count
from tests.support import calls_to_rate
from tests.support.calls_to_rate import AT, DAY
from web.acts.objects import Objects

Take = Callable[..., dict[str, int] | None]
LEGS = 300


@pytest.fixture
def legs(site: Site, turn: Take) -> list[RawLeg]:
    """So many are rated already."""
    made = calls_to_rate.legs(Random(11), LEGS, others=2)
    calls_to_rate.wait(made)
    turn()
    return made


def price(site: Site, code: str, text: str) -> None:
    row = database.read().value("SELECT id FROM rate WHERE code = ? ORDER BY id LIMIT 1", (code,))
    Objects(site, by="ann").change(find("rate"), row, {"price": text}, None)


def client(name: str) -> dict[str, Any]:
    row = read.by_key(database.read(), "organisation", name)
    assert row is not None
    return row


def ask(first: int = DAY - 1, last: int = DAY + 1, **wanted: Any) -> int:
    selection = Selection(**wanted)
    return database.write(lambda tx: rerating.ask(tx, first, last, selection, by="ann", now=AT + 10.0))


def run(portion: int = 50) -> dict[str, Any]:
    context = testing_context(service.run, fence=5)
    outcome = call(service.run, context, service.Options(portion=portion))
    assert outcome is not None
    return dict(outcome.counts)


def entries(kind: str) -> int:
    found = database.read().value("SELECT COUNT(*) FROM entry WHERE kind = ? AND amount <> 0", (kind,))
    return int(found)


def job(number: int) -> rerating.Job:
    found = rerating.one(database.read(), number)
    assert found is not None
    return found


@pytest.mark.covers("rerating", 1)
def test_the_same_rates_change_nothing(site: Site, legs: list[RawLeg]) -> None:
    number = ask()
    assert run() == {"jobs": 1, "legs": LEGS, "changed": 0, "refused": 0}
    assert (entries("rerating"), count("version > 1")) == (0, 0)
    assert database.read().value("SELECT COUNT(*) FROM rating_batch WHERE kind = 'rerate'") == 0
    assert (job(number).state, job(number).legs) == ("done", LEGS)


def test_a_changed_price_moves_balances_by_exactly_the_difference(site: Site, legs: list[RawLeg]) -> None:
    price(site, "4420", "0.5")
    ask()
    counts = run()
    assert 0 < counts["changed"] < LEGS
    assert entries("rerating") > 0
    agree(legs)
    assert count("version = 2") == counts["changed"]
    dirty = database.read().all("SELECT DISTINCT day, client_id FROM summary_dirty")
    changed = database.read().all("SELECT DISTINCT day, COALESCE(client_id, 0) FROM xdr WHERE version = 2")
    assert sorted(dirty) == sorted(changed)


def test_there_and_back_is_a_sum_of_zero(site: Site, legs: list[RawLeg]) -> None:
    before = calls_to_rate.balances()
    for text in ("0.7", "0.12"):
        price(site, "4420", text)
        ask()
        run()
    assert calls_to_rate.balances() == before
    assert entries("rerating") > 0
    sums = database.read().all(
        "SELECT SUM(amount) FROM entry WHERE kind = 'rerating' GROUP BY organisation_id"
    )
    assert {int(row[0]) for row in sums} == {0}
    agree(legs)


def test_calls_by_rates_that_were_put_away_give_back_what_they_cost(site: Site, legs: list[RawLeg]) -> None:
    before = count("reason = 0")
    table = read.by_key(database.read(), "rate_table", "Retail")
    assert table is not None
    for rate in read.live(database.read(), "rate"):
        if rate["rate_table_id"] == table["id"]:
            Objects(site, by="ann").archive(find("rate"), rate["id"], None)
    ask()
    run()
    assert 0 < count("reason = 0") < before
    agree(legs)


def test_calls_go_over_to_another_client_with_what_they_cost(site: Site, legs: list[RawLeg]) -> None:
    row = read.by_key(database.read(), "voice_account", "Line 1")
    assert row is not None
    Objects(site, by="ann").change(find("voice_account"), row["id"], {"client": "Client 2"}, None)
    ask()
    run()
    assert calls_to_rate.balances()[client("Client 1")["id"]] == 0
    agree(legs)


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ({"origin": "term"}, "origin = 1"),
        ({"code": "44"}, "code = '44' OR code = '4420'"),
        ({"code": "4420"}, "code = '4420'"),
        ({"status": 2}, "status = 2"),
        ({"gateway": "Switch"}, "1 = 1"),
        ({"gateway": "None"}, "1 = 0"),
        ({"tag": "x"}, "1 = 0"),
        ({"matched": "mismatched"}, "reason <> 0"),
        ({"matched": "rated"}, "reason = 0"),
        ({"zero": "zero"}, "cost = 0"),
        ({"zero": "charged"}, "cost <> 0"),
    ],
)
def test_only_what_was_selected_is_looked_at(
    rated_once: list[RawLeg], wanted: dict[str, Any], where: str
) -> None:
    ask(**wanted)
    assert run()["legs"] == count(where)


@pytest.fixture
def rated_once(legs: list[RawLeg]) -> Iterator[list[RawLeg]]:
    yield legs
    database.write(lambda tx: tx.run("DELETE FROM rerating"))


def test_only_days_that_were_asked_for_are_looked_at(legs: list[RawLeg]) -> None:
    ask(DAY, DAY)
    assert run()["legs"] == count(f"day = {DAY}") < LEGS


def test_a_run_that_stops_midway_is_gone_on_with(site: Site, legs: list[RawLeg]) -> None:
    price(site, "4420", "0.5")
    number = ask()
    context = testing_context(service.run)
    context.ports.stop_after = 2
    outcome = service.work_off(context, service.Options(portion=20))
    assert outcome.kind == "partial"
    assert 0 < job(number).legs < LEGS
    assert day_state.states(database.read())[job(number).next_day] == ("rerating", f"rerating:{number}")
    run()
    assert (job(number).state, job(number).legs) == ("done", LEGS)
    assert {state for state, _ in day_state.states(database.read()).values()} == {"open"}
    agree(legs)


def test_a_portion_that_dies_before_its_end_is_done_once(
    site: Site, legs: list[RawLeg], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The death comes after all is written, within the transaction."""
    price(site, "4420", "0.5")
    number = ask()
    real = rerating.count

    def dies(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr("store.calls.rerating.count", dies)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.undo()
    assert (job(number).legs, count("version > 1")) == (0, 0)
    run()
    agree(legs)


def test_of_two_that_work_on_one_job_one_writes_nothing(site: Site, legs: list[RawLeg]) -> None:
    price(site, "4420", "0.5")
    number = ask()
    slow = Rerating(Books(), 50, 1, "n1", lambda: float(AT), lambda job: None)
    slow.begin(job(number))
    seen = job(number)
    run()
    with pytest.raises(Moved):
        slow.work(seen)
    agree(legs)


def test_a_call_that_somebody_changed_since_it_was_read_is_left_to_them(
    site: Site, legs: list[RawLeg], monkeypatch: pytest.MonkeyPatch
) -> None:
    price(site, "4420", "0.5")
    ask()
    theirs = int(database.read().value("SELECT MIN(id) FROM xdr WHERE code = '4420' AND cost <> 0"))
    real = again.compare

    def compare(*given: Any) -> again.Compared:
        found = real(*given)
        sql = "UPDATE xdr SET version = 7 WHERE id = ? AND version = 1"
        database.write(lambda tx: tx.run(sql, (theirs,)))
        return found

    monkeypatch.setattr("actors.calculating.rerating.compare", compare)
    counts = run(portion=LEGS)
    assert counts["changed"] > 0
    assert count("version = 2") == counts["changed"] == count("version > 1") - 1
    assert balance.differences(database.read()) == []


def test_a_job_leaves_no_thread(site: Site, legs: list[RawLeg]) -> None:
    ask()
    run()
    assert not [each.name for each in threading.enumerate() if each.name.startswith("rerating")]


def test_a_cancelled_job_gives_its_day_back(site: Site, legs: list[RawLeg]) -> None:
    number = ask()
    context = testing_context(service.run)
    context.ports.stop_after = 1
    service.work_off(context, service.Options(portion=20))
    database.write(lambda tx: rerating.end(tx, number, "cancelled", AT))
    assert run()["jobs"] == 0
    assert {state for state, _ in day_state.states(database.read()).values()} == {"open"}


def test_a_day_that_is_archived_is_left_out_and_said(site: Site, legs: list[RawLeg]) -> None:
    database.write(lambda tx: day_state.change(tx, DAY, ("open",), "archiving", "archive", AT))
    number = ask()
    run()
    assert (job(number).state, job(number).text) == ("failed", "2027-01-15 was left out: it is archiving")
    assert job(number).legs == count(f"day <> {DAY}")


def test_it_waits_for_a_batch_that_may_go_by_the_old_rates(site: Site, legs: list[RawLeg]) -> None:
    calls_to_rate.wait(calls_to_rate.legs(Random(5), 10, first=1000))
    database.write(lambda tx: batch.begin(tx, fence=0, node="n1", most=100, shards=1, now=AT + 5.0))
    number = ask()
    assert run()["jobs"] == 0
    assert job(number).state == "waiting"


def invoice(name: str, until: int) -> int:
    number: int = client(name)["id"]
    sql = "UPDATE balance SET invoiced_until = ? WHERE organisation_id = ?"
    database.write(lambda tx: tx.run(sql, (until, number)))
    return number


def test_an_invoiced_call_is_refused_and_counted(site: Site, legs: list[RawLeg]) -> None:
    own = invoice("Client 1", DAY)
    before = calls_to_rate.balances()[own]
    price(site, "4420", "0.5")
    ask(DAY - 1, DAY)
    counts = run()
    assert (
        counts["refused"] == count(f"client_id = {own} AND code = '4420' AND cost <> 0 AND day <= {DAY}") > 0
    )
    assert calls_to_rate.balances()[own] == before
    assert count(f"client_id = {own} AND version > 1") == 0
    assert balance.differences(database.read()) == []


def test_or_its_difference_becomes_a_credit(site: Site, legs: list[RawLeg]) -> None:
    own = invoice("Client 1", DAY)
    price(site, "4420", "0.01")
    ask(invoiced="credit")
    assert run()["refused"] == 0
    kinds = database.read().all(
        "SELECT kind, SUM(amount) FROM entry WHERE organisation_id = ? AND kind <> 'calls' GROUP BY kind",
        (own,),
    )
    found = {kind: int(amount) for kind, amount in kinds}
    assert found["credit"] > 0
    agree(legs)


def test_a_call_with_an_invoice_of_its_own_is_refused_too(site: Site, legs: list[RawLeg]) -> None:
    database.write(lambda tx: tx.run("UPDATE xdr SET invoice_id = 9 WHERE code = '4420'"))
    price(site, "4420", "0.5")
    ask()
    counts = run()
    assert counts["changed"] == 0
    assert counts["refused"] > 0
