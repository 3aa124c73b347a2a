"""Does the command do on a system elsewhere what it does on the machine itself?"""

from __future__ import annotations

import inspect
import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from cli.elsewhere import ELSEWHERE, STARTS
from cli.local.system import Local
from cli.remote.system import Remote
from tests.cli.conftest import ROOT, Said, Site, make_site
from tests.cli.elsewhere import WITH_JOBS, Elsewhere, page_of, token_of
from tests.cli.test_exit_codes import REFUSED, UNKNOWN, WRONG_USAGE
from tests.support.process import end
from tests.support.until import until

READS = [
    *(("services",), ("services", "--all"), ("services", "--json")),
    *(("show", "holder"), ("show", "The Adder"), ("show", "everywhere"), ("show", "billing", "--json")),
    *(("show", "Statistics Manager / Meta Info"), ("show", "watcher")),
    *(("runs",), ("runs", "--json"), ("runs", "--limit", "2"), ("runs", "--state", "failed,queued")),
    *(("runs", "--service", "The Adder", "--since", "1h"), ("runs", "--node", "n1")),
    *(("run-show", "1"), ("run-show", "1", "--json"), ("run-show", "2"), ("run-show", "3")),
    *(("logs", "1"), ("logs", "talker"), ("logs", "breaker"), ("logs", "3", "--json")),
    *(("groups",), ("groups", "--json"), ("nodes",), ("nodes", "--json"), ("top",)),
    *(("jobs", "list"), ("jobs", "list", "--json"), ("jobs", "list", "--all"), ("jobs", "kinds")),
    *(("jobs", "list", "--state", "cancelled"), ("jobs", "list", "--kind", "mailbox_create")),
    *(("jobs", "kinds", "--json"), ("jobs", "show", "1"), ("jobs", "show", "2", "--json")),
    *(("alerts",), ("alerts", "--all"), ("alerts", "--json"), ("alerts", "--all", "--json")),
    *(("schedule", "holder"), ("schedule", "holder", "--preview", "200", "--json")),
    ("schedule", "everywhere", "--at", "02:30", "--zone", "Europe/Berlin", "--dry-run"),
    *(("health",), ("health", "--json"), ("object", "kinds"), ("object", "list", "server", "--json")),
    *(
        ("object", "list", "organisation"),
        ("object", "show", "organisation", "Acme"),
        ("object", "export", "server"),
    ),
    *(("zones",), ("zones", "--json"), ("zones", "--search", "two", "--limit", "1"), ("hooks", "list")),
    *(("domains",), ("domains", "--json"), ("domains", "--show", "waiting"), ("hooks", "list", "--json")),
    *(("workflow", "list"), ("workflow", "show", "Echo"), ("workflow", "show", "1", "--json")),
    *(("workflow", "runs"), ("workflow", "runs", "echo", "--json"), ("workflow", "list", "--json")),
    *(("workflow", "dry-run", "echo"), ("workflow", "dry-run", "echo", "--json")),
    *(("campaign", "list"), ("campaign", "list", "--json"), ("campaign", "show", "News")),
    *(("campaign", "show", "1", "--json"), ("campaign", "preview", "news", "--number", "2")),
    *(("hooks", "calls"), ("hooks", "calls", "--hook", "CRM", "--state", "queued", "--json")),
]

#: What does something, and what makes it undone.
ACTS = [
    (("enable", "Sleeping", "--reason", "now"), ("disable", "sleeping")),
    (("disable", "talker", "breaker"), ("enable", "talker", "breaker")),
    (("pause", "talker", "--until", "2099-01-01T00:00:00Z"), ("resume", "talker")),
    (("pause",), ("resume",)),
    (("maintenance", "on", "--reason", "a move"), ("maintenance", "off")),
    (("logging", "on", "talker", "--for", "30m"), ("logging", "off", "talker")),
    (("priority", "adder", "3"), ("priority", "adder", "5")),
    (("parallel", "adder", "2"), ("parallel", "adder", "1")),
    (("schedule", "talker", "--every", "5", "--align", "2"), ("schedule", "talker", "--revert")),
    (("schedule", "everywhere", "--at", "05:30,17:30"), ("schedule", "everywhere", "--revert")),
    (("drain", "n1", "--timeout", "3000"), ("undrain", "n1")),
    (("resize", "n1", "--processes", "2", "--threads", "2"), ("undrain", "n1")),
    (("restart", "watcher"), ("undrain", "n1")),
    (("jobs", "hold", "1", "--why", "unpaid"), ("jobs", "release", "1")),
    (("jobs", "limits", "mailbox_create", "--parallel", "1"), ("jobs", "limits", "--at-once", "4")),
    (
        ("object", "set", "server", "web1", "organisation=Acme", "read_by=local", "tls=yes"),
        ("object", "archive", "server", "web1"),
    ),
    (
        ("object", "set", "organisation", "acme", "city=Bern"),
        ("object", "set", "organisation", "Acme", "city="),
    ),
    (("workflow", "pause", "Echo", "--reason", "loud"), ("workflow", "resume", "echo")),
    (("workflow", "resume", "echo"), ("workflow", "resume", "echo", "--reason", "sure")),
    (("hooks", "pause", "CRM", "--reason", "they move"), ("hooks", "resume", "crm")),
    (("sample", "clear"), ("sample", "clear", "--json")),
    (("jobs", "retry", "--failed"), ("jobs", "retry", "--failed", "--kind", "mailbox_create")),
    (
        ("jobs", "add", "mailbox_create", "--org", "o", "--arg", "quota=7"),
        ("jobs", "list", "--state", "done"),
    ),
]

#: Further parts of both systems.
MORE = ("names", "hooks", "tickets", "workflows", "campaigns")

LOCAL_ONLY = [
    *(("up",), ("node",), ("web",), ("beat",), ("migrate",), ("check",), ("backup", "list")),
    *(("secret", "list"), ("user", "list"), ("token", "list"), ("site", "status"), ("events", "list")),
]


WORKFLOW = {
    "event": "organisation.create",
    "actions": [{"kind": "event", "type": "message", "severity": "info", "text": "there is {{ object }}"}],
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A system that runs, with a run that holds, one that waits, ended ones, jobs, a mute and a window."""
    site = make_site(tmp_path_factory.mktemp("there"), WITH_JOBS)
    process = site.up()
    site.say("logging", "on", "talker")
    site.say("run", "adder", "--arg", "left=2", "--wait")
    site.say("run", "breaker", "--wait")
    site.say("run", "talker", "--wait")
    site.say("run", "stepper", "--wait")
    holder = site.say("run", "holder").out.strip()
    until(lambda: site.run(int(holder))["state"] == "running", "the holder runs")
    site.say("run", "rival")
    for quota in ("1", "2", "3"):
        said = site.say("jobs", "add", "mailbox_create", "--org", "acme", "--arg", f"quota={quota}")
        assert said.code == 0, said.err
    site.say("jobs", "cancel", "2")
    site.say("jobs", "hold", "3", "--why", "unpaid")
    site.say("object", "set", "organisation", "Acme")
    for name in ("one", "two"):
        said = site.say("object", "set", "zone", f"{name}.example.org", "host=192.0.2.1")
        assert said.code == 0, said.err
        said = site.say("object", "set", "domain", f"{name}.example.org", f"zone={name}.example.org")
        assert said.code == 0, said.err
    (site.folder / "echo.json").write_text(json.dumps(WORKFLOW))
    (site.folder / "news.txt").write_text("Hello {{ name }}\n")
    (site.folder / "people.csv").write_text("a@example.org\nb@example.org\n")
    hook = ("address=https://example.org/", "secret=env:KEY", "events=job.*")
    for said in (
        site.say("object", "set", "event_hook", "crm", *hook),
        site.say("workflow", "set", "Echo", str(site.folder / "echo.json")),
        site.say("campaign", "add", "News", *_campaign(site)),
    ):
        assert said.code == 0, said.err
    site.say("alerts", "mute", "failing", "--reason", "known")
    site.say("alerts", "window", "--until", "2h", "--object", "node n1")
    yield site
    site.say("cancel", holder)
    end(process, how=signal.SIGINT)


@pytest.fixture(scope="module")
def away(there: Site) -> Elsewhere:
    """The same system, for an admin who is elsewhere."""
    return Elsewhere(page_of(there), token_of(there, "admin"))


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_it_shows_the_same(there: Site, away: Elsewhere, words: tuple[str, ...]) -> None:
    said: list[Said] = []

    def same() -> bool:
        # Heartbeats and states move on between two looks.
        said[:] = [_without_ages(there.say(*words)), _without_ages(away.say(*words))]
        return said[0] == said[1]

    try:
        until(same, "both say the same")
    except AssertionError:
        assert said[0] == said[1]
    assert said[1].code == 0, said[1].err


@pytest.mark.parametrize(("do", "undo"), ACTS, ids=lambda words: " ".join(words))
def test_it_does_the_same(there: Site, away: Elsewhere, do: tuple[str, ...], undo: tuple[str, ...]) -> None:
    here = [there.say(*do), there.say(*undo)]
    remotely = [away.say(*do), away.say(*undo)]
    assert [said.code for said in here] == [0, 0], here
    assert [_without_ages(said) for said in remotely] == [_without_ages(said) for said in here]


@pytest.mark.parametrize(
    "words",
    [
        case
        for case, _ in [*WRONG_USAGE, *REFUSED, *UNKNOWN]
        if case[0] in ELSEWHERE and "everywhere" not in case and case != ("logs", "adder")
    ]
    + [
        *(("drain", "n9"), ("undrain", "n9"), ("restart", "adder"), ("logs", "sleeping")),
        *(("jobs", "show", "99"), ("jobs", "cancel", "1", "99"), ("jobs", "release", "1")),
        *(("jobs", "add", "mailbox", "--org", "o"), ("jobs", "run", "2"), ("jobs", "list", "--state", "x")),
        *(("jobs", "add", "mailbox_create", "--org", "o")),
        *(("workflow", "show", "nobody"), ("workflow", "pause", "99"), ("workflow", "runs", "nobody")),
        *(("workflow", "dry-run", "echo", "--event", "event-999999"), ("workflow", "archive", "nobody")),
        *(("workflow", "dry-run", "echo", "--event", "x"), ("campaign", "show", "nobody")),
        *(("campaign", "schedule", "news"), ("campaign", "pause", "news"), ("campaign", "cancel", "99")),
        *(("hooks", "pause", "nobody"), ("hooks", "resume", "crm"), ("hooks", "retry", "7")),
        *(("hooks", "calls", "--hook", "nobody"), ("zones", "--show", "x"), ("domains", "--show", "x")),
        *(("alerts", "ack", "99"), ("alerts", "unmute", "99"), ("alerts", "mute", "fialing")),
        *(("sample", "load", "hosting"), ("sample", "load", "x")),
        *(("alerts", "cancel-window", "99"), ("show", ""), ("show", "a/b"), ("cancel", "1")),
        *(("enable", "adder", "billing"), ("schedule", "addre", "--every", "5")),
    ],
    ids=" ".join,
)
def test_it_refuses_the_same(there: Site, away: Elsewhere, words: tuple[str, ...]) -> None:
    here, remotely = there.say(*words), away.say(*words)
    assert here.code != 0
    assert remotely == here


@pytest.mark.parametrize(
    "words",
    [("jobs", "hold", "1", "--why", "x"), ("resize", "n1", "--processes", "99", "--threads", "1")],
    ids=" ".join,
)
def test_a_value_that_only_the_server_knows_is_wrong_usage(
    there: Site, away: Elsewhere, words: tuple[str, ...]
) -> None:
    for said in (there.say(*words), away.say(*words)):
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)


def test_a_run_is_awaited_and_its_end_is_the_exit_code(away: Elsewhere) -> None:
    done = away.say("run", "adder", "--arg", "left=40", "--wait")
    assert (done.code, "sum 41" in done.err) == (0, True)
    assert away.say("run-show", done.out.strip(), "--json").json["requested_by"] == "of_admin"
    failed = away.say("run", "breaker", "--wait", "--json")
    assert (failed.code, failed.json["runs"][0]["state"]) == (1, "failed")


def test_what_is_read_from_files_goes_there_as_well(there: Site, away: Elsewhere) -> None:
    file = str(there.folder / "echo.json")
    said = [away.say("workflow", "set", "Other", file).out, away.say("workflow", "set", "other", file).out]
    assert said == ["workflow Other is added, and on\n", "workflow Other is of version 2 now\n"]
    assert there.say("workflow", "archive", "Other", "--reason", "done").code == 0
    away.say("workflow", "set", "Other", file)
    assert away.say("workflow", "archive", "other").out == "workflow Other is archived\n"
    kept = away.say("campaign", "add", "Far", *_campaign(there))
    assert (kept.code, kept.out.startswith("campaign Far is kept as draft ")) == (0, True)
    here, far = (there.say("campaign", "show", name, "--json").json for name in ("News", "Far"))
    names = ("subject", "text", "audience", "people", "per_minute", "sender", "organisation")
    assert {name: far[name] for name in names} == {name: here[name] for name in names}
    assert away.say("campaign", "cancel", "far", "--reason", "no news").out == "campaign Far is cancelled\n"
    with closing(sqlite3.connect(there.folder / "var" / "tickworks.db")) as audit:
        (why,) = audit.execute("SELECT reason FROM change WHERE action = 'campaign cancel'").fetchone()
    assert why == "no news"


def test_a_run_that_waits_says_why(away: Elsewhere) -> None:
    said = away.say("run", "rival")
    assert said.code == 0
    assert "Rival: merged into run" in said.err
    assert "Holder" in said.err


def test_a_ticket_is_opened_answered_and_closed(there: Site, away: Elsewhere, tmp_path: Path) -> None:
    words = ("ticket", "open", "Printer", "--from", "kim@example.net", "--text", "It smokes.", "--key", "7")
    number = str(away.say(*words, "--json").json["id"])
    assert away.say(*words).out == f"ticket {number} is there already: the key has opened it\n"
    (tmp_path / "plan.pdf").write_bytes(b"%PDF\xff\0")
    plan = str(tmp_path / "plan.pdf")
    assert away.say("ticket", "reply", number, "Unplug it.", "--file", plan).code == 0
    (file,) = there.say("ticket", "show", number, "--json").json["messages"][-1]["files"]
    copy = tmp_path / "copy.pdf"
    assert away.say("ticket", "save", number, str(file["id"]), "--to", str(copy)).code == 0
    assert copy.read_bytes() == b"%PDF\xff\0"
    assert away.say("ticket", "save", number, "99") == there.say("ticket", "save", number, "99")
    for look in (("list",), ("list", "--json"), ("show", number), ("show", number, "--json"), ("show", "99")):
        assert _without_ages(away.say("ticket", *look)) == _without_ages(there.say("ticket", *look))
    assert away.say("ticket", "show", number, "--json").json["state"] == "waiting"
    assert away.say("ticket", "close", number).out == f"ticket {number} is closed\n"
    for wrong in (("close", number), ("close", "99"), ("open", "x"), ("open", "x", "--text", "y")):
        assert away.say("ticket", *wrong) == there.say("ticket", *wrong)


def test_a_log_is_followed_until_the_run_ends(there: Site, away: Elsewhere, tmp_path: Path) -> None:
    away.say("logging", "on", "sleeping")
    held = away.say("runs", "--service", "holder", "--state", "running", "--json").json["runs"][0]["id"]
    output = tmp_path / "followed"
    following = away.start(output, "logs", "-f", str(held))
    until(lambda: "start: attempt 1" in output.read_text(), "the start is shown")
    assert following.poll() is None
    away.say("cancel", str(held))
    until(lambda: following.poll() is not None, "it ends with the run")
    assert following.returncode == 0
    assert "end: " in output.read_text()
    # The others look at one that runs.
    again = int(away.say("run", "holder").out)
    until(lambda: there.run(again)["state"] == "running", "the holder runs again")


@pytest.mark.parametrize("words", LOCAL_ONLY, ids=" ".join)
def test_what_works_on_the_machine_only_says_so(words: tuple[str, ...]) -> None:
    said = Elsewhere("http://127.0.0.1:1").say(*words)
    assert (said.code, said.out, len(said.err.splitlines())) == (3, "", 1)
    assert f"tickworks {words[0]}" in said.err
    assert "run it on the machine" in said.err
    assert (words[0] in STARTS) == ("starts processes" in said.err)


def test_both_systems_have_the_same_methods() -> None:
    for part in (None, "services", "runs", "nodes", "jobs", "alerts", "objects", "sample", "voice", *MORE):
        local, remote = _methods(Local, part), _methods(Remote, part)
        assert {name: remote.get(name) for name in local} == local, part


def test_a_command_on_this_machine_loads_no_client() -> None:
    program = (
        "import cli.main, sys; print([m for m in ('httpx', 'fastapi', 'http.client', 'cli.remote.connection')"
        " if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


def _campaign(site: Site) -> list[str]:
    """What `campaign add` needs besides a name."""
    people = ("--list", str(site.folder / "people.csv"))
    return [str(site.folder / "news.txt"), "--subject", "News", *people, "--per-minute", "7"]


def _without_ages(said: Said) -> Said:
    """Ages and spans, the room they take in a table, and the number of a new job differ between two looks."""
    if said.out.startswith("{"):
        return said
    masked = [re.sub(r"\b\d+(\.\d+)? (s|min|h|d)\b|^\d+$", "*", text) for text in (said.out, said.err)]
    return Said(said.code, *(re.sub(r"\s+", " ", text) for text in masked))


def _methods(system: type, part: str | None) -> dict[str, object]:
    """Name -> parameters of what commands call."""
    owner = system
    if part is not None:
        module = import_module(f"{system.__module__.rpartition('.')[0]}.{part}")
        owner = getattr(module, part.capitalize())
    return {
        name: None if isinstance(each, property) else str(inspect.signature(each))
        for name, each in vars(owner).items()
        if not name.startswith("_") and (callable(each) or isinstance(each, property))
    }
