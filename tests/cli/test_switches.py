"""Do the operators' switches do what they say, once?"""

from __future__ import annotations

import pytest

from store import change, database
from tests.cli.conftest import Site


@pytest.mark.covers("page", "Status", "Run or Disable")
def test_disable_and_enable(known: Site) -> None:
    assert known.say("disable", "adder", "talker").out.splitlines() == ["adder: disabled", "talker: disabled"]
    assert known.service("adder")["status"] == "disabled"
    assert known.say("disable", "adder").out == "adder: disabled already\n"
    assert known.say("enable", "adder").out == "adder: enabled\n"
    assert known.service("adder")["status"] == "enabled"


def test_one_unknown_name_leaves_all_as_they_were(known: Site) -> None:
    assert known.say("disable", "adder", "nothing").code == 4
    assert known.service("adder")["status"] == "enabled"


def test_a_paused_service_says_by_whom_and_until_when(known: Site) -> None:
    assert known.say("pause", "everywhere", "--until", "30m", "--reason", "new disks").code == 0
    row = known.service("everywhere")
    assert row["paused"] is True
    assert row["status"] == "enabled"
    assert row["status_reason"].startswith("paused by ")
    assert row["status_reason"].endswith(": new disks")
    assert known.say("resume", "everywhere").out == "everywhere: resumed\n"
    assert known.service("everywhere")["paused"] is False


def test_pause_without_a_name_is_for_all(known: Site) -> None:
    assert known.say("pause").code == 0
    rows = known.say("services", "--json").json["services"]
    assert all(row["paused"] for row in rows if row["status"] in ("enabled", "disabled"))
    known.say("resume")
    assert not any(row["paused"] for row in known.say("services", "--json").json["services"])


def test_what_waits_through_a_pause_says_so(known: Site) -> None:
    known.say("pause", "talker")
    run_id = int(known.say("run", "talker").out)
    assert known.run(run_id)["waiting_reason"] == "its service is paused"


def test_maintenance_is_told_above_the_table(known: Site) -> None:
    known.say("maintenance", "on", "--reason", "new disks")
    said = known.say("services").out
    assert "Maintenance is on since" in said.splitlines()[0]
    assert "new disks" in said.splitlines()[0]
    run_id = int(known.say("run", "talker").out)
    assert known.run(run_id)["waiting_reason"] == "maintenance is on: nothing starts"
    assert known.say("maintenance", "on").out == "maintenance was on already\n"
    assert known.say("maintenance", "off").code == 0


@pytest.mark.covers("page", "Enable Logging")
def test_logging_is_switched_for_a_while(known: Site) -> None:
    assert known.say("logging", "on", "adder", "--for", "30m").code == 0
    assert known.service("adder")["logging"] is True
    known.say("logging", "off", "adder")
    assert known.service("adder")["logging"] is False


@pytest.mark.parametrize(
    ("words", "key", "value"), [("priority", "priority", 0), ("parallel", "parallel", 4)]
)
def test_limits_are_edited(known: Site, words: str, key: str, value: int) -> None:
    assert known.say(words, "adder", str(value)).code == 0
    assert known.service("adder")[key] == value


def test_who_changed_what_is_kept(known: Site) -> None:
    known.say("priority", "adder", "2", "--reason", "in a hurry")
    database.open(f"sqlite:///{known.folder / 'var/tickworks.db'}")
    try:
        newest = change.latest(database.read(), 1)[0]
    finally:
        database.close()
    assert (newest["object"], newest["reason"]) == ("service adder", "in a hurry")
    assert newest["actor"]
