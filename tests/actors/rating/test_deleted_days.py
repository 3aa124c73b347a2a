"""Does a day of calls go for good only when it may, and its balances come back only if asked?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from actors.context import StopRequested
from actors.service import call
from domain.calls.packages import Packages
from store import database
from store.calls import balance
from store.tx import Tx, marks
from tests.actors.rating.days_scene import (
    DATE,
    MANAGER,
    OLD,
    TAKEN,
    calls,
    context,
    day,
    old_calls,
    own_folder,
    summed,
    totals,
    work,
)
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW

__all__ = ["old_calls", "own_folder"]

pytestmark = pytest.mark.usefixtures("engine_database", "own_folder")


def owe() -> None:
    """Clients with balances, as the calculator would have left them."""
    texts = ("email", "phone", "street", "postcode", "city", "country", "note")
    names = ", ".join(("id", "number", "name", "kind", "currency", *texts))
    for client in (1, 2, 3):
        values = (client, str(client), f"c{client}", "customer", "EUR", *[""] * len(texts))
        database.write(
            partial(
                Tx.run,
                sql=f"""INSERT INTO organisation ({names}, revision, created_at, changed_at)
                        VALUES ({marks(values)}, 1, 0, 0)""",
                params=values,
            )
        )
    lines = [balance.Line(client, "calls", "EUR", -4_000_000) for client in (1, 2, 3)]
    database.write(lambda tx: balance.book(tx, lines, ref_kind="batch", ref_id=1, now=NOW))


def balances() -> dict[int, int]:
    assert balance.differences(database.read()) == []
    return {row["organisation_id"]: row["amount"] for row in call_rows.table("balance")}


def test_a_day_is_deleted_only_when_the_switch_is_on(old_calls: list[tuple[Any, ...]]) -> None:
    outcome = work(args={"delete": DATE})
    assert outcome.message == f"it only reports: it would delete 12 calls of {DATE}"
    assert calls() == old_calls
    assert [row["state"] for row in call_rows.table("destruction")] == ["reported"]


def test_a_site_that_observes_holds_the_deletion(old_calls: list[tuple[Any, ...]]) -> None:
    assert work(args={"delete": DATE}, destroys=True, observes=True).counts == {"held": 1, "legs": 12}
    assert calls() == old_calls


@pytest.mark.parametrize(("roll_back", "left"), [(True, [1, -1, -1]), (False, [-4, -4, -4])])
def test_a_deleted_day_gives_back_what_it_cost_if_asked(
    old_calls: list[tuple[Any, ...]], roll_back: bool, left: list[int]
) -> None:
    """Client 1 has five of its calls, client 2 three and client 3 three; each cost one unit."""
    owe()
    assert work(args={"delete": DATE, "roll_back": roll_back}, destroys=True).counts["deleted"] == 1
    summed()
    assert [row[1] for row in calls()] == [DAY]
    assert (totals(), day()["legs"], day()["state"]) == ((1, 1_000_000), 0, "open")
    assert list(balances().values()) == [each * 1_000_000 for each in left]


def test_a_deletion_that_was_stopped_is_gone_on_with(
    old_calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    owe()
    monkeypatch.setattr("store.calls.deleting.PORTION", 5)
    stopped = context(args={"delete": DATE, "roll_back": True}, destroys=True)
    stopped.ports.stop_after = 2
    with pytest.raises(StopRequested):
        call(MANAGER, stopped, TAKEN)
    assert 1 < len(calls()) < 13
    assert work(Packages()).counts["deleted"] == 1
    summed()
    assert (len(calls()), totals(), balances()[1]) == (1, (1, 1_000_000), 1_000_000)


@pytest.mark.parametrize("how", ["invoice of a call", "invoiced until"])
def test_an_invoiced_day_is_not_deleted(old_calls: list[tuple[Any, ...]], how: str) -> None:
    owe()
    text = {
        "invoice of a call": "UPDATE xdr SET invoice_id = 7 WHERE client_id = 2",
        "invoiced until": f"UPDATE balance SET invoiced_until = {OLD} WHERE organisation_id = 2",
    }[how]
    database.write(lambda tx: tx.run(text))
    outcome = work(args={"delete": DATE, "roll_back": True}, destroys=True)
    assert (outcome.kind, "invoice" in outcome.message) == ("failed", True)
    assert len(calls()) == len(old_calls)


def test_an_archived_day_is_not_deleted(old_calls: list[tuple[Any, ...]]) -> None:
    work()
    assert "restore it first" in work(args={"delete": DATE}, destroys=True).message
