"""Does the page of days ask for what an operator wants, and say what cannot be?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from store import database
from store.calls import day_state
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW
from tests.support.visitors import Application
from tests.web.pages import calls_scene
from tests.web.pages.calls_scene import BEFORE, TODAY


@pytest.fixture
def voice(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    yield from calls_scene.site(tmp_path, monkeypatch)


def runs() -> list[tuple[str, str]]:
    return [(row["service"], row["args"]) for row in call_rows.table("run")]


def test_archiving_is_shown_before_and_asks_for_a_run(voice: Application) -> None:
    operator = voice.signed_in("operator")
    assert f"Archive the calls of {BEFORE}?" in operator.get(f"/calls/days/{BEFORE}/archive").text
    assert "has not ended" in operator.get(f"/calls/days/{TODAY}/archive").text
    assert operator.post(f"/calls/days/{BEFORE}/archive", data={"reason": "old"}).status_code == 303
    ((name, args),) = runs()
    assert (name, f'"archive": "{BEFORE}"' in args) == ("statistics_manager", True)
    assert [row["request_reason"] for row in call_rows.table("run")] == ["old"]


def test_deleting_takes_an_admin_and_says_that_it_only_reports(voice: Application) -> None:
    operator, admin = voice.signed_in("operator"), voice.signed_in("admin")
    path = f"/calls/days/{BEFORE}/delete"
    assert "takes the role admin" in operator.get(path).text
    assert operator.post(path).status_code == 403
    assert "will only report" in admin.get(path).text
    assert admin.post(path, data={"roll_back": "yes"}).status_code == 303
    assert '"roll_back": true' in runs()[0][1]


def test_what_cannot_be_done_with_a_day_is_refused_with_the_reason(voice: Application) -> None:
    admin = voice.signed_in("admin")

    def refused(do: str, day: str = BEFORE) -> str:
        answer = admin.post(f"/api/v1/calls/days/{day}/{do}")
        assert answer.status_code == 409, answer.text
        return str(answer.json()["detail"])

    assert "only archived days come back" in refused("restore")
    assert "there are no calls of 2020-01-01" in refused("archive", "2020-01-01")
    database.write(lambda tx: tx.run("UPDATE xdr SET invoice_id = 1 WHERE day = ?", (DAY - 1,)))
    assert "an invoice holds calls" in refused("delete")
    holding = partial(
        day_state.change, day=DAY - 1, frm=("open",), to="rerating", holder="rerating:1", now=NOW
    )
    database.write(holding)
    assert "is rerating" in refused("archive")
    assert runs() == []


def test_an_empty_site_says_what_to_do_next(voice: Application) -> None:
    for table in ("xdr", "summary", "call_day"):
        database.write(partial(lambda tx, sql: tx.run(sql), sql=f"DELETE FROM {table}"))
    viewer = voice.signed_in("viewer")
    for path in ("/calls", "/calls/summary", "/calls/days"):
        assert "There are no calls" in viewer.get(path).text
    assert "Every call of these days has its charge" in viewer.get("/calls/mismatches").text
