"""Can an operator see and work alerts on the command line?"""

from __future__ import annotations

from domain.alert.finding import Finding
from store import alert, database
from tests.cli.conftest import Site


def opened(site: Site) -> int:
    """An open alert; its id."""
    database.open(f"sqlite:///{site.folder}/var/tickworks.db")
    found = Finding("failing", "service breaker", "Breaker fails", "error")
    made = database.write(lambda tx: alert.open_one(tx, found, 1.0))
    assert made is not None
    return made


def test_no_alert_is_said_in_words(known: Site) -> None:
    said = known.say("alerts")
    assert (said.code, said.out, said.err) == (0, "", "no alert is open\n")


def test_alerts_are_listed_and_acknowledged(known: Site) -> None:
    one = opened(known)
    assert "Breaker fails" in known.say("alerts").out
    assert known.say("alerts", "ack", str(one), "--note", "on it").code == 0
    (row,) = known.say("alerts", "--json").json["alerts"]
    assert (row["id"], row["acknowledged_note"], row["opened_at"]) == (
        one,
        "on it",
        "1970-01-01T00:00:01.000Z",
    )
    assert known.say("alerts", "ack", str(one)).code == 3
    assert known.say("alerts", "ack", str(one), "--undo").code == 0


def test_what_is_over_is_listed_with_all(known: Site) -> None:
    one = opened(known)
    row = alert.one(database.read(), one)
    assert row is not None
    database.write(lambda tx: alert.resolve(tx, row, 2.0))
    assert known.say("alerts", "--json").json["alerts"] == []
    (shown,) = known.say("alerts", "--all", "--json").json["alerts"]
    assert (shown["state"], shown["resolved_at"]) == ("resolved", "1970-01-01T00:00:02.000Z")


def test_a_mute_is_made_listed_and_ended(known: Site) -> None:
    opened(known)
    words = ("alerts", "mute", "failing", "--object", "service breaker", "--for", "2h", "--reason", "known")
    assert known.say(*words).code == 0
    said = known.say("alerts", "--json").json
    (mute,) = said["mutes"]
    assert (mute["rule"], mute["object"], mute["reason"]) == ("failing", "service breaker", "known")
    assert said["alerts"][0]["quiet"]
    assert "mute 1: failing on service breaker" in known.say("alerts").out
    assert known.say("alerts", "unmute", str(mute["id"])).code == 0
    assert known.say("alerts", "--json").json["mutes"] == []


def test_a_window_is_planned_and_cancelled(known: Site) -> None:
    assert known.say("alerts", "window", "--from", "1h", "--until", "2h", "--reason", "disks").code == 0
    (window,) = known.say("alerts", "--json").json["windows"]
    assert (window["object"], window["begun"], window["reason"]) == (None, False, "disks")
    assert known.say("alerts", "cancel-window", str(window["id"])).code == 0
    assert known.say("alerts", "--json").json["windows"] == []


def test_what_cannot_be_done_is_one_line_and_its_exit_code(known: Site) -> None:
    for code, words in (
        (4, ("ack", "9")),
        (4, ("unmute", "9")),
        (2, ("mute", "nonsense")),
        (2, ("mute", "any")),
        (2, ("mute", "failing", "--for", "soon")),
        (2, ("window", "--until", "1h", "--from", "2h")),
        (4, ("mute", "failing", "--object", "service nobody")),
    ):
        said = known.say("alerts", *words)
        assert (said.code, len(said.err.splitlines()), said.out) == (code, 1, ""), words
