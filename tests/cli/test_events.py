"""Can an operator see what happened, and say who hears of it?"""

from __future__ import annotations

from typing import Any

from store import database, event
from tests.cli.conftest import Site


def rules(site: Site) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in site.say("events", "rules", "--json").json["rules"]}


def test_events_are_listed(known: Site) -> None:
    database.open(f"sqlite:///{known.folder}/var/tickworks.db")
    values: dict[str, Any] = {"at": 1.0, "type": "alert", "severity": "error", "sender": "mail"}
    database.write(lambda tx: event.add(tx, text="it broke", **values))
    (row,) = known.say("events", "list", "--json").json["events"]
    assert (row["text"], row["at"]) == ("it broke", "1970-01-01T00:00:01.000Z")
    assert "it broke" in known.say("events", "list").out


def test_the_admin_hears_from_the_start(known: Site) -> None:
    rule = rules(known)["default"]
    assert rule["recipients"] == ["admin"]
    assert rule["types"] == ["failure", "missed", "daemon_down", "node_lost", "alert"]


def test_a_rule_is_added_changed_and_deleted(known: Site) -> None:
    words = ("events", "rule", "billing", "--to", "money@example.org", "--sender", "billing")
    assert known.say(*words, "--type", "failure", "--type", "missed").code == 0
    assert rules(known)["billing"]["types"] == ["failure", "missed"]
    assert known.say(*words, "--off").code == 0
    assert (rules(known)["billing"]["types"], rules(known)["billing"]["enabled"]) == ([], False)
    assert known.say("events", "forget", "billing").code == 0
    assert "billing" not in rules(known)


def test_what_is_no_address_or_no_word_is_refused(known: Site) -> None:
    for words in (("--to", "nobody"), ("--to", "admin", "--sender", "two words")):
        said = known.say("events", "rule", "x", *words)
        assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert "x" not in rules(known)


def test_a_rule_that_is_not_there_cannot_be_deleted(known: Site) -> None:
    said = known.say("events", "forget", "nothing")
    assert (said.code, "tickworks events rules" in said.err) == (2, True)
