"""Do the commands of reports do what they say, and say why when they do not?"""

from __future__ import annotations

import time

from store import database
from tests.cli.conftest import Site
from tests.support.rows import run as add_run


def add(site: Site, name: str = "Failed runs", *words: str) -> str:
    filters = ["--filter", "state=failed,lost", "--filter", "service=mail"]
    said = site.say("reports", "add", name, "--kind", "runs", "--period", "7d", *filters, *words)
    assert said.code == 0, said.err
    return said.out.strip()


def test_a_report_is_kept_scheduled_listed_and_sent(known: Site) -> None:
    number = add(known, "Failed runs", "--columns", "id,service")
    words = ("--at", "08:00,17:30", "--weekdays", "mon,fri", "--to", "a@example.org", "--to", "b@example.org")
    schedule = known.say("reports", "schedule", "failed RUNS", *words).out.strip()
    (row,) = known.say("reports", "list", "--json").json["reports"]
    assert (str(row["id"]), row["columns"]) == (number, ["id", "service"])
    assert row["filters"] == {"period": "7d", "state": ["failed", "lost"], "service": ["mail"]}
    (each,) = row["schedules"]
    assert (str(each["id"]), each["schedule"]) == (schedule, "08:00, 17:30 mon,fri")
    assert "a@example.org b@example.org" in " ".join(known.say("reports", "list").out.split())
    assert known.say("reports", "send", schedule, "--key", "k").out == "mail 1 with 0 rows is in the outbox\n"
    assert "nothing is sent" in known.say("reports", "send", schedule, "--key", "k").err
    shown = known.say("reports", "show", number).out
    assert "mailed" in shown
    assert "state failed, lost" in shown


def test_a_preview_shows_the_rows(known: Site) -> None:
    number = add(known, "r", "--group-by", "service,state", "--columns", "count")
    database.open(f"sqlite:///{known.folder}/var/tickworks.db")

    add_run(1, "failed", time.time() - 5)
    database.close()
    answer = known.say("reports", "preview", number, "--json").json
    assert (answer["columns"], answer["rows"]) == (["service", "state", "count"], [["mail", "failed", 1]])
    said = known.say("reports", "preview", number)
    assert (said.out.split()[:3], said.err) == (["SERVICE", "STATE", "COUNT"], "1 row\n")


def test_switches_and_the_end(known: Site) -> None:
    add(known)
    schedule = known.say("reports", "schedule", "Failed runs", "--at", "08:00", "--to", "a@b.org").out.strip()
    assert known.say("reports", "disable", schedule).out == f"schedule {schedule} is off\n"
    assert known.say("reports", "disable", schedule).out == f"schedule {schedule} is off already\n"
    assert known.say("reports", "enable", schedule).out == f"schedule {schedule} is on\n"
    assert known.say("reports", "change", "Failed runs", "--name", "Late").code == 0
    assert known.say("reports", "unschedule", schedule).code == 0
    assert known.say("reports", "archive", "Late").code == 0
    assert known.say("reports", "list", "--json").json == {"reports": []}


def test_what_is_wrong_is_one_line_with_its_code(known: Site) -> None:
    add(known)
    wrong = [
        (("add", "x", "--kind", "run"), 2, "did you mean runs?"),
        (("add", "x", "--kind", "runs", "--filter", "state"), 2, "expected NAME=VALUE"),
        (("add", "x", "--kind", "runs", "--columns", "idd"), 2, "there is no 'idd'"),
        (("add", "failed runs", "--kind", "jobs"), 2, "there is a report failed runs already"),
        (("show", "nothing"), 4, "there is no report 'nothing'"),
        (("send", "99"), 4, "there is no schedule 99"),
        (("schedule", "Failed runs", "--at", "8", "--to", "a@b.org"), 2, "did you mean 08:00?"),
        (("schedule", "Failed runs", "--at", "08:00", "--to", "x"), 2, "is not a mail address"),
    ]
    for words, code, text in wrong:
        said = known.say("reports", *words)
        assert (said.code, said.out) == (code, ""), words
        assert text in said.err
        assert said.err.count("\n") == 1
