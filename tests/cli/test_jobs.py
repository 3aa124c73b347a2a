"""Do the commands of the work queue do what they say, and say why when they do not?"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import change, database
from tests.cli.conftest import FILE, Site, make_site
from tests.support.process import end
from tests.support.until import until

TEXT = FILE.replace('"tests.cli.demo_services"', '"tests.cli.demo_services", "tests.cli.demo_jobs"')

#: What a job's listing has.
FIELDS = {
    *("id", "kind", "title", "organisation", "backend", "object", "args", "key", "state", "held_reason"),
    *("waiting_reason", "priority", "tries", "added_at", "added_by", "last_tried_at", "next_try_at"),
    *("ended_at", "ended_by", "reason", "run", "node", "message", "error"),
}


@pytest.fixture
def jobs(tmp_path: Path) -> Site:
    """A site that knows kinds of jobs, with no node up."""
    return make_site(tmp_path, TEXT)


def add(site: Site, *words: str, kind: str = "mailbox_create", org: str = "acme") -> int:
    quota = ["--arg", "quota=5"] if kind == "mailbox_create" and "--arg" not in words else []
    said = site.say("jobs", "add", kind, "--org", org, *quota, *words)
    assert said.code == 0, said.err
    return int(said.out)


def show(site: Site, job_id: int) -> dict[str, Any]:
    found: dict[str, Any] = site.say("jobs", "show", str(job_id), "--json").json
    return found


def test_an_ordered_job_is_in_the_queue_with_all_that_is_said_of_it(jobs: Site) -> None:
    words = ("--object", "box", "--arg", "quota=7", "--arg", 'aliases=["a", "b"]', "--priority", "2")
    made = add(jobs, *words, "--key", "k1")
    (row,) = jobs.say("jobs", "list", "--json").json["jobs"]
    assert set(row) == FIELDS
    assert (row["id"], row["state"], row["priority"], row["object"]) == (made, "queued", 2, "box")
    assert row["args"] == {"quota": 7, "aliases": ["a", "b"]}
    assert row["waiting_reason"] == "starts with the next run of mail_jobs"
    table = jobs.say("jobs", "list").out
    assert "mailbox_create" in table
    assert "starts with the next run" in table
    assert "own key" in jobs.say("jobs", "show", str(made)).out


def test_the_same_key_answers_with_the_same_job(jobs: Site) -> None:
    made = add(jobs, "--key", "k1")
    said = jobs.say("jobs", "add", "mailbox_create", "--org", "acme", "--arg", "quota=5", "--key", "k1")
    assert (said.code, said.out) == (0, f"{made}\n")
    assert "nothing is added" in said.err
    other = jobs.say("jobs", "add", "mailbox_create", "--org", "other", "--arg", "quota=5", "--key", "k1")
    assert other.code == 3
    assert "differs in organisation" in other.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "mailbox_creat", "--org", "a"), 4, "did you mean mailbox_create?"),
        (("add", "mailbox_create", "--org", "a"), 2, "quota is required"),
        (("add", "mailbox_create", "--org", "a", "--arg", "qota=1"), 2, "did you mean quota?"),
        (("add", "mailbox_create", "--org", "a", "--arg", "quota=big"), 2, "got 'big'"),
        (("add", "mailbox_delete", "--org", "a", "--arg", "quota=1"), 2, "takes no arguments, got quota"),
        (("add", "mailbox_delete", "--org", " "), 2, "organisation: it is empty"),
        (("show", "9"), 4, "there is no job 9"),
        (("cancel", "9"), 4, "there is no job 9"),
        (("list", "--state", "quued"), 2, "did you mean queued?"),
        (("retry",), 2, "say --failed"),
        (("retry", "--failed", "--kind", "nothing"), 4, "there is no kind of job 'nothing'"),
        (("limits",), 2, "nothing to change"),
        (("limits", "--parallel", "2"), 2, "belong to a kind"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    jobs: Site, words: tuple[str, ...], code: int, says: str
) -> None:
    jobs.say("maintenance", "off")
    said = jobs.say("jobs", *words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert len(said.err.splitlines()) == 1


def test_the_sentences_name_what_stands_before_a_job(jobs: Site) -> None:
    first, same, other = add(jobs, "--object", "x"), add(jobs, "--object", "x"), add(jobs, "--object", "y")
    assert show(jobs, same)["waiting_reason"] == f"waits for job {first} of the same object, which is queued"
    assert show(jobs, other)["waiting_reason"] == f"waits for job {first} of its lane, which is before it"
    jobs.say("jobs", "hold", str(first), "--why", "unpaid")
    assert show(jobs, first)["waiting_reason"] == "held: what it belongs to is not paid"
    assert show(jobs, same)["waiting_reason"] == f"waits for job {first} of the same object, which is held"
    assert show(jobs, other)["waiting_reason"] == "starts with the next run of mail_jobs"
    assert jobs.say("jobs", "release", str(first)).out == f"job {first}: released\n"
    assert show(jobs, first)["state"] == "queued"


def test_what_is_not_processed_automatically_says_how_it_is_run(jobs: Site) -> None:
    made = add(jobs)
    assert jobs.say("jobs", "limits", "mailbox_create", "--automatic", "off", "--priority", "0").code == 0
    sentence = show(jobs, made)["waiting_reason"]
    assert sentence == f"its kind is not processed automatically: `jobs run {made}` runs it"
    kind = next(
        each for each in jobs.say("jobs", "kinds", "--json").json["kinds"] if each["name"] == "mailbox_create"
    )
    assert (kind["automatic"], kind["priority"], kind["parallel"]) == (False, 0, 2)
    assert kind["jobs"]["queued"] == 1
    assert "Create a mailbox" in jobs.say("jobs", "kinds").out
    assert jobs.say("jobs", "limits", "--automatic", "off", "--at-once", "3").out.startswith("the queue: ")
    assert "not processed automatically now" in show(jobs, made)["waiting_reason"]


def test_a_job_done_by_hand_leaves_the_queue_and_stays_in_the_log(jobs: Site) -> None:
    made, other = add(jobs), add(jobs)
    assert jobs.say("jobs", "control", str(made), "--reason", "by phone").code == 0
    assert [row["id"] for row in jobs.say("jobs", "list", "--json").json["jobs"]] == [other]
    log = jobs.say("jobs", "list", "--all", "--json").json["jobs"]
    assert [(row["id"], row["state"], row["reason"]) for row in log] == [
        (other, "queued", None),
        (made, "controlled", "by phone"),
    ]
    again = jobs.say("jobs", "cancel", str(made))
    assert (again.code, again.err) == (3, f"error: job {made} has ended already: controlled\n")


def test_of_several_jobs_all_are_met_or_none(jobs: Site) -> None:
    made, gone = add(jobs), add(jobs)
    jobs.say("jobs", "cancel", str(gone))
    assert jobs.say("jobs", "cancel", str(made), str(gone)).code == 3
    assert show(jobs, made)["state"] == "queued"


def test_only_a_deletion_is_reactivated(jobs: Site) -> None:
    create, delete = add(jobs), add(jobs, kind="mailbox_delete")
    refused = jobs.say("jobs", "reactivate", str(create))
    assert refused.code == 3
    assert "is no deletion" in refused.err
    assert jobs.say("jobs", "reactivate", str(delete)).code == 0
    assert (show(jobs, delete)["state"], show(jobs, delete)["reason"]) == ("cancelled", "reactivated")


def test_who_did_what_is_kept(jobs: Site) -> None:
    made = add(jobs)
    jobs.say("jobs", "hold", str(made), "--reason", "they called")
    database.open(f"sqlite:///{jobs.folder / 'var/tickworks.db'}")
    try:
        entries = [(row["action"], row["object"], row["reason"]) for row in change.latest(database.read(), 2)]
    finally:
        database.close()
    assert entries == [("job hold", f"job {made}", "they called"), ("job add", f"job {made}", None)]


@pytest.fixture
def up(jobs: Site) -> Iterator[Site]:
    process = jobs.up()
    yield jobs
    end(process, how=signal.SIGINT)


def test_run_carries_a_job_out_and_retry_gives_failed_ones_another_chance(up: Site) -> None:
    up.say("jobs", "limits", "--automatic", "off")
    good, bad = add(up), add(up, "--arg", "quota=500")
    said = up.say("jobs", "run", str(good), str(bad))
    assert f"job {good}: will be carried out by run " in said.out
    until(lambda: show(up, good)["state"] == "done", "it is done")
    until(lambda: show(up, bad)["state"] == "failed", "it has failed")
    row = show(up, bad)
    assert (row["error"], [each["outcome"] for each in row["attempts"]]) == ("the store is full", ["failed"])
    assert "the store is full" in up.say("jobs", "show", str(bad)).out
    assert up.say("jobs", "retry", "--failed").out == "1 job will be tried again\n"
    assert show(up, bad)["state"] == "queued"


def test_a_kind_tells_what_it_takes(jobs: Site) -> None:
    add(jobs)
    table = jobs.say("jobs", "kinds", "mailbox_create").out
    assert "quota" in table
    assert "aliases" in table
    (row,) = jobs.say("jobs", "kinds", "mailbox_create", "--json").json["kinds"]
    assert [(each["name"], each["required"]) for each in row["arguments"]] == [
        ("quota", True),
        ("aliases", False),
    ]
    said = jobs.say("jobs", "kinds", "mailbox_creat")
    assert (said.code, "did you mean mailbox_create" in said.err) == (4, True)


def test_lists_are_given_with_commas(jobs: Site) -> None:
    made = add(jobs, "--arg", "quota=7", "--arg", "aliases=a, b")
    assert show(jobs, made)["args"]["aliases"] == ["a", "b"]


def test_a_secret_is_asked_for_and_never_a_word_of_the_command(tmp_path: Path) -> None:
    site = make_site(tmp_path, TEXT.replace('profiles = ["retired"]', 'profiles = ["hosting"]'))
    words = ("jobs", "add", "ad_user_password", "--org", "Acme", "--object", "anna")
    said = site.say(*words, "--arg", "password=Good-Word-1")
    assert said.code != 0
    assert "others see what a command is given: use --secret password" in said.err
    assert site.say(*words, "--secret", "object").code != 0
