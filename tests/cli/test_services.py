"""Does the list of services say what the contract promises?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import tests.actors
from tests.cli.conftest import Site

CATALOGUE = Path(tests.actors.__file__).with_name("catalogue.json")
ROWS = {row["name"]: row for row in json.loads(CATALOGUE.read_text())["services"]}
OWN = 10

#: Contract §2, word for word.
FIELDS = {
    *(
        "name",
        "title",
        "aliases",
        "profile",
        "family",
        "origin",
        "kind",
        "status",
        "status_reason",
        "schedule",
    ),
    *("schedule_source", "period", "align", "times", "zone", "allowed_nodes", "instances", "run_groups"),
    *("priority", "parallel", "misfire", "misfire_window", "overlap", "retries", "retry_lost", "time_limit"),
    *("paused", "logging", "last_run_at", "last_outcome", "last_duration", "next_due_at", "queued_since"),
    *("waiting_reason", "running", "consecutive_failures", "tasks", "proof", "proof_note", "replaced_by"),
}
TASK_FIELDS = {"title", "subtasks", "every", "enabled", "effect", "last_state"}


def test_all_103_services_are_listed_beside_those_of_the_site(site: Site) -> None:
    rows = site.say("services", "--json").json["services"]
    assert len(rows) == 103 + OWN
    assert {row["name"] for row in rows} >= ROWS.keys()


def test_every_row_has_the_fields_of_the_contract(known: Site) -> None:
    for row in known.say("services", "--json").json["services"]:
        assert row.keys() >= FIELDS, row["name"]
        for task in row["tasks"]:
            assert task.keys() == TASK_FIELDS, row["name"]


def test_names_schedules_roles_and_groups_are_those_of_the_catalogue(known: Site) -> None:
    keys = (
        "title",
        "origin",
        "profile",
        "family",
        "kind",
        "period",
        "align",
        "times",
        "run_groups",
        "instances",
    )
    for row in known.say("services", "--json").json["services"]:
        expected = ROWS.get(row["name"])
        if expected is None:
            continue
        for key in keys:
            if key in expected:
                assert row[key] == expected[key], (row["name"], key)
        if "roles" in expected:
            assert row["allowed_nodes"] == expected["roles"], row["name"]
        assert row["aliases"] == expected.get("aliases", [])
        assert row["replaced_by"] == expected.get("replaced_by", [])


def test_legacy_ones_are_told_from_those_that_are_off(known: Site) -> None:
    statuses = Counter(row["status"] for row in known.say("services", "--json").json["services"])
    assert statuses["legacy"] == 8
    assert statuses["off"] == sum(
        row["profile"] not in ("core", "retired") and not row["legacy"] for row in ROWS.values()
    )


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("adder", "enabled", None),
        ("sleeping", "disabled", "disabled unless a site enables it"),
        ("needy", "not_configured", "set moon.enabled"),
        ("bb_sync", "planned", "its work is not built yet"),
        ("billing", "off", "profile billing is off: tickworks site profile on billing"),
    ],
)
def test_a_status_comes_with_its_reason(known: Site, name: str, status: str, reason: str | None) -> None:
    row = known.service(name)
    assert (row["status"], row["status_reason"]) == (status, reason)


def test_who_disabled_a_service_and_why_is_told(known: Site) -> None:
    known.say("disable", "adder", "--reason", "wrong sums")
    reason = known.service("adder")["status_reason"]
    assert reason.startswith("disabled by ")
    assert reason.endswith(": wrong sums")


def test_a_profile_that_is_switched_on_is_off_no_more(known: Site) -> None:
    assert known.say("site", "profile", "on", "billing").code == 0
    assert known.service("billing")["status"] != "off"


@pytest.mark.parametrize("width", [80, 140])
def test_the_table_fits_and_folds_what_is_off(known: Site, width: int) -> None:
    said = known.say("services", env={"COLUMNS": str(width)}).out
    assert max(map(len, said.splitlines())) <= width
    assert "Adder" in said
    assert "Periodic services" in said
    assert "BillingWork" not in said
    assert "81 services in 5 profiles are off: tickworks site profile on hosting" in said
    assert "\x1b" not in said


def test_all_lists_every_service(known: Site) -> None:
    said = known.say("services", "--all", env={"COLUMNS": "200"}).out
    assert all(row["title"] in said for row in ROWS.values())


@pytest.mark.parametrize("words", ["adder", "ADDER", "Adder", "the adder"])
def test_a_service_is_found_by_name_title_and_alias(known: Site, words: str) -> None:
    assert known.say("show", words, "--json").json["name"] == "adder"


def test_show_tells_the_steps(known: Site) -> None:
    said = known.say("show", "stepper").out
    assert "Count the sheep" in said
    assert "Shear the sheep" in said
