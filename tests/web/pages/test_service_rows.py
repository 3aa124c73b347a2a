"""What one row says of a service, and which rows are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from web.pages.service_rows import Asked, chosen, folded, sections, state_of, tally

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z


def row(**more: Any) -> dict[str, Any]:
    made = {
        "name": "cache_manager",
        "title": "Cache Manager",
        "aliases": [],
        "family": "voice",
        "profile": "voice",
        "kind": "periodic",
        "status": "enabled",
        "paused": False,
        "running": 0,
        "queued_since": None,
        "consecutive_failures": 0,
        "last_outcome": "done",
        "last_run_at": "2027-01-15T07:59:00Z",
        "last_duration": 1.0,
        "next_due_at": "2027-01-15T08:05:00Z",
        "allowed_nodes": ["master"],
        "run_groups": [],
        **more,
    }
    return made | {"state": state_of(made, NOW)}


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "enabled"),
        ({"running": 1}, "running"),
        ({"running": 1, "status": "disabled"}, "running"),
        ({"queued_since": "2027-01-15T07:59:00Z"}, "waiting"),
        ({"status": "disabled", "consecutive_failures": 4}, "disabled"),
        ({"paused": True}, "paused"),
        ({"consecutive_failures": 1}, "failing"),
        ({"next_due_at": "2027-01-15T07:57:00Z"}, "overdue"),
        ({"next_due_at": "2027-01-15T07:59:30Z"}, "enabled"),
        ({"kind": "daemon", "running": 2}, "running"),
        ({"kind": "daemon", "running": 1, "last_outcome": "crash loop"}, "failing"),
        ({"status": "planned"}, "planned"),
    ],
)
def test_one_word_says_most_of_it(more: dict[str, Any], state: str) -> None:
    assert row(**more)["state"] == state


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), ["a", "b", "c"]),
        (Asked(q="CACHE man"), ["a"]),
        (Asked(kind="daemon"), ["b"]),
        (Asked(status="disabled"), ["c"]),
        (Asked(group="factors"), ["a", "c"]),
        (Asked(node="reporting"), ["c"]),
        (Asked(result="failed"), ["b"]),
        (Asked(q="cache", kind="daemon"), []),
    ],
)
def test_facets_choose_rows(asked: Asked, found: list[str]) -> None:
    rows = [
        row(name="a", run_groups=["factors"]),
        row(name="b", title="SIP Redirect", kind="daemon", last_outcome="failed"),
        row(
            name="c", title="Tariffs", status="disabled", run_groups=["factors"], allowed_nodes=["reporting"]
        ),
    ]
    assert [each["name"] for each in chosen(rows, asked)] == found


def test_sorting_puts_rows_without_a_value_last_both_ways() -> None:
    rows = [row(name="a", last_duration=None), row(name="b", last_duration=2.0), row(name="c")]
    assert [each["name"] for each in chosen(rows, Asked(sort="took"))] == ["c", "b", "a"]
    assert [each["name"] for each in chosen(rows, Asked(sort="-took"))] == ["b", "c", "a"]


def test_an_unknown_order_changes_nothing() -> None:
    rows = [row(name="b"), row(name="a")]
    assert [each["name"] for each in chosen(rows, Asked(sort="rubbish"))] == ["b", "a"]


def test_sections_are_in_the_order_operators_know() -> None:
    rows = [row(kind="periodic"), row(kind="daemon"), row(kind="fixed_time")]
    assert [kind for kind, _, _ in sections(rows)] == ["daemon", "fixed_time", "periodic"]


def test_what_is_not_listed_is_counted() -> None:
    rows = [row(), row(status="off"), row(status="off"), row(status="planned"), row(status="legacy")]
    rest = folded(rows)
    assert rest["off"] == [("voice", 2)]
    assert rest["planned"] == 1
    assert len(rest["legacy"]) == 1


def test_the_tally_counts_what_needs_a_look() -> None:
    assert tally([row(consecutive_failures=2), row(running=1), row()]) == {
        "failing": 1,
        "overdue": 0,
        "waiting": 0,
        "running": 1,
    }


def test_rubbish_in_the_address_is_left_out() -> None:
    assert Asked.of([("q", "x"), ("__class__", "y"), ("page", "3")]) == Asked(q="x")
