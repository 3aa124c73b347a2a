"""Does what only grows go at its term, and nothing that a day, a login or a mail still needs?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.retention import DAY, Retention
from store import database, history
from store.tx import Tx
from tests.support.call_rows import Row
from tests.support.call_rows import batch as batch_of
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids, put

NOW = 1_800_000_000.0
OWN = {"created_at": 0.0, "changed_at": 0.0}
OLD, YOUNG = 401, 399


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def clean(batch: int = 500) -> Counter[str]:
    gone: Counter[str] = Counter()
    for what, count in history.clean(Retention().terms(NOW), batch):
        gone[what] += count
    return gone


def days_ago(days: float) -> float:
    return NOW - days * DAY


def file(number: int, days: float, state: str = "loaded", **values: Any) -> None:
    loaded = None if state in ("found", "loading") else days_ago(days)
    known = {"collector_id": 1, "name": f"f{number}", "sha256": f"hash {number}"}
    put("xdr_file", id=number, state=state, found_at=days_ago(days), loaded_at=loaded, **known, **values)


def over(number: int, days: float, **values: Any) -> None:
    done = {"state": "done", "done_at": days_ago(days), "is_summed": True, "is_counted": True}
    row = {"kind": "rate", "shards": 2, "fence": 1, "opened_at": days_ago(days), **done, **values}
    put("rating_batch", id=number, **row)
    for shard in (0, 1):
        put("rating_shard", batch_id=number, shard=shard, state=row["state"])


def directory(name: str = "corp") -> None:
    texts = dict.fromkeys(("username", "password", "ca_file", "base", "note"), "")
    more = {"host": "dc1", "port": 0, "full_every": 1, "enabled": True}
    put("directory", id=1, name=name, **texts, **more, **OWN)


def person(number: int, gone: float | None) -> None:
    at = None if gone is None else days_ago(gone)
    told = {"guid": str(number), "dn": f"CN={number}", "seen_at": 0.0, "gone_at": at, **OWN}
    put("dir_user", id=number, directory_id=1, **told)


def test_files_of_calls_are_known_for_four_hundred_days() -> None:
    for number, days, state in (
        *((1, OLD, "loaded"), (2, YOUNG, "loaded"), (3, OLD, "repeated")),
        *((4, OLD, "found"), (5, OLD, "loading"), (6, OLD, "quarantined")),
    ):
        file(number, days, state)
    assert clean() == {"call_files": 3}
    assert ids("xdr_file") == [2, 4, 5]


def test_a_file_stays_while_a_day_up_to_its_own_is_in_the_table() -> None:
    file(1, 500)
    file(2, OLD)
    batch_of([Row(at=int(days_ago(450)))])
    assert clean()["call_files"] == 1
    assert ids("xdr_file") == [2]


def test_a_file_stays_while_its_calls_wait_to_be_rated() -> None:
    file(1, OLD)
    put("xdr_chunk", file_id=1, legs=1, first_at=0, last_at=0, data=b"", added_at=0.0)
    assert clean() == {}


def test_bad_rows_go_before_their_file() -> None:
    for number, days in ((1, 91), (2, 89)):
        file(number, days, bad=2)
        for line in (1, 2):
            put("xdr_bad_row", file_id=number, line=line, reason="r", text="t")
    assert clean(batch=1) == {"bad_rows": 2}
    assert ids("xdr_bad_row", "file_id") == [2, 2]
    assert ids("xdr_file") == [1, 2]


def test_a_fetched_file_is_forgotten_only_where_it_is_no_more() -> None:
    texts = dict.fromkeys(
        ("host", "username", "password", "private_key", "host_key", "ca_file", "folder", "mask"), ""
    )
    more = {"protocol": "sftp", "port": 0, "finished_after": 60, "enabled": True, "note": ""}
    for source, after in ((1, "delete"), (2, "keep")):
        put(
            "data_source",
            id=source,
            name=after,
            after=after,
            move_to="",
            save_to="",
            **texts,
            **more,
            **OWN,
        )
    for number, source, state, days, text in (
        *((1, 1, "done", OLD, ""), (2, 1, "done", YOUNG, ""), (3, 2, "done", OLD, "")),
        *((4, 1, "fetched", OLD, ""), (5, 1, "done", OLD, "it is left there")),
    ):
        told = {"name": f"f{number}", "size": 1, "modified_at": 0, "seen_at": 0.0, "text": text}
        at = days_ago(days)
        put("remote_file", id=number, data_source_id=source, state=state, fetched_at=at, **told)
    assert clean() == {"fetched_files": 1}
    assert ids("remote_file") == [2, 3, 4, 5]


def test_batches_go_with_their_parts_once_both_sums_have_them() -> None:
    for number in (1, 2, 3):
        over(number, 91)
    over(4, 89)
    over(5, 91, is_counted=False)
    over(6, 91, state="open", done_at=None, is_summed=False, is_counted=False)
    assert list(history.clean(Retention().terms(NOW), 6)) == [("batches", 2), ("batches", 1)]
    assert ids("rating_batch") == [4, 5, 6]
    assert sorted(set(ids("rating_shard", "batch_id"))) == [4, 5, 6]


def test_what_a_batch_said_of_days_goes_when_nobody_will_ask() -> None:
    over(1, 91)
    over(2, 91, is_summed=False)
    over(3, 1)
    for number in (1, 2, 3, 7):
        put("summary_dirty", day=1, client_id=1, batch_id=number)
    assert clean()["sum_marks"] == 2
    assert ids("summary_dirty", "batch_id") == [2, 3]


def test_a_rerating_stays_while_a_day_is_held_for_it() -> None:
    for number, days in ((1, OLD), (2, OLD), (3, YOUNG), (4, None)):
        ended = None if days is None else days_ago(days)
        asked = {"filter": "{}", "next_day": 0, "asked_by": "ann", "asked_at": 0.0, "first_day": 0}
        state = "waiting" if days is None else "failed"
        put("rerating", id=number, state=state, ended_at=ended, last_day=0, **asked)
    put("call_day", day=1, state="rerating", holder="rerating:2", changed_at=0.0)
    assert clean() == {"reratings": 1}
    assert ids("rerating") == [2, 3, 4]


def test_users_that_left_a_directory_long_ago_go_with_what_was_theirs() -> None:
    directory()
    for number, gone in ((1, OLD), (2, YOUNG), (3, None), (4, OLD), (5, OLD), (6, OLD)):
        person(number, gone)
        put("user_service", user_id=number, service="RDS", seen_at=0.0)
    put(
        "dir_group",
        id=1,
        directory_id=1,
        guid="g1",
        dn="",
        seen_at=0.0,
        changed_at=0.0,
        gone_at=days_ago(OLD),
    )
    put("dir_group", id=2, directory_id=1, guid="g2", dn="", seen_at=0.0, changed_at=0.0)
    put("dir_unit", id=1, directory_id=1, guid="u1", dn="", seen_at=0.0, gone_at=days_ago(OLD))
    for group, user in ((1, 3), (2, 1), (2, 3)):
        put("dir_member", group_id=group, user_id=user)
    about = {"email": "d@example.org", "phone": "", "login": "", "enabled": True, "note": ""}
    put("staff", id=1, name="Duty desk", **about, **OWN)
    put("staff_link", staff_id=1, user_id=4, linked_at=0.0)
    for number, user, state in ((1, 1, "lost"), (2, 5, "linked"), (3, 6, "off")):
        put("db_user", id=number, user_id=user, server="1", login=f"l{user}", state=state, changed_at=0.0)
    assert clean(batch=1) == {
        **{"members": 2, "user_services": 1, "logins": 1},
        **{"gone_users": 1, "gone_groups": 1, "gone_units": 1},
    }
    assert ids("dir_user") == [2, 3, 4, 5, 6]
    assert database.read().all("SELECT group_id, user_id FROM dir_member") == [(2, 3)]
    assert (ids("db_user"), ids("dir_group"), ids("dir_unit")) == ([2, 3], [2], [])


def test_copies_of_what_was_deleted_stay_for_two_years() -> None:
    directory()
    for number, days in ((1, 731), (2, 729)):
        told = {"kind": "user", "remote_id": str(number), "reason": "deleted", "attrs": "{}"}
        put("backup_object", id=number, directory_id=1, at=days_ago(days), **told)
    assert clean() == {"copies": 1}
    assert ids("backup_object") == [2]


def test_who_answered_a_challenge_is_known_while_a_ticket_of_theirs_is_there() -> None:
    for number, days, answered in ((1, OLD, 1.0), (2, OLD, 1.0), (3, OLD, None), (4, YOUNG, None)):
        told: dict[str, Any] = {"address": f"p{number}@example.org", "token": str(number)}
        put("mail_challenge", id=number, at=days_ago(days), answered_at=answered, **told)
    ticket = {"subject": "s", "state": "open", "priority": "low", "requester_name": "", "secret": ""}
    put("ticket", id=1, requester="P1@example.org", **ticket, **OWN)
    for number, days in ((1, 61), (2, 59)):
        put("mail_auto_reply", address=f"p{number}@example.org", at=days_ago(days))
    for number, ended in ((1, days_ago(OLD)), (2, days_ago(YOUNG)), (3, None)):
        state = "waiting" if ended is None else "done"
        told = {"sender": "s", "command": "c", "text": "t", "at": 0.0}
        put("command_log", id=number, state=state, ended_at=ended, **told)
    assert clean() == {"challenges": 2, "auto_replies": 1, "mail_commands": 1}
    assert (ids("mail_challenge"), ids("command_log")) == ([1, 4], [2, 3])


def test_recipients_of_an_old_campaign_go_in_portions_and_it_says_so() -> None:
    texts = {"sender": "", "subject": "s", "body": "b", "audience": "{}", "created_by": "ann"}
    limits: dict[str, Any] = {"per_minute": 60, "batch": 100, **OWN}
    for number, days in ((1, OLD), (2, YOUNG)):
        ended = days_ago(days)
        more = {"state": "done", "frozen_at": ended, "ended_at": ended}
        put("campaign", id=number, name=str(number), **texts, **limits, **more)
        for who in ("a", "b", "c"):
            put(
                "campaign_recipient",
                campaign_id=number,
                address=f"{who}@example.org",
                state="sent",
                ended_at=ended,
            )
    parts = list(history.clean(Retention().terms(NOW), 2))
    assert parts == [("recipients", 2), ("recipients", 1)]
    assert set(ids("campaign_recipient", "campaign_id")) == {2}
    said = database.read().all("SELECT said FROM campaign ORDER BY id")
    assert said == [("its recipients were deleted: they are past their term",), (None,)]


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)  # it says what it scans
def test_no_large_table_is_read_from_end_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen.setdefault(sql, params)
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        clean()
    large = "xdr|x|xdr_file|f|remote_file|mail_seen|command_log|campaign_recipient|dir_user|rating_batch|b"
    scans = []
    for sql, params in seen.items():
        for row in database.read().all(f"EXPLAIN QUERY PLAN {sql}", params):
            if re.fullmatch(f"SCAN ({large})", row[3]):
                scans.append((row[3], " ".join(sql.split())))
    assert not scans
