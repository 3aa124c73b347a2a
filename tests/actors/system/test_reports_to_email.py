"""Does each report that is due reach the mailbox once, with the right rows, whatever happens in between?"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from actors.service import call
from actors.system import mail_manager, reports_to_email
from actors.testing import FakeContext, testing_context
from domain.report.query import query
from domain.report.schedule import Limits, rule
from store import database
from store.report import mailing, queries, schedules
from store.tx import Tx
from tests.actors.system.mailing import NOW, account, running
from tests.actors.system.mailing import work as send
from tests.support.mail_server import MailServer
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import put
from tests.support.rows import run as add_run

ROOT = Path(__file__).parents[3]
DAY = 86_400.0
#: A Friday, 08:00 UTC.
AT = NOW


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path).start()
    yield server
    server.stop()


def schedule(name: str = "Failed runs", form: str = "csv", to: str = "ann@example.org", **asked: Any) -> int:
    """A report at 08:00 that was set up the day before; the schedule's id."""
    hour = f"{datetime.fromtimestamp(AT, UTC):%H:%M}"
    values = {"kind": "runs", "columns": ["id", "service", "state"], "filters": {"state": "failed"}, **asked}

    def work(tx: Tx) -> int:
        query_id = queries.add(tx, query(name=name, **values), "ann", AT - DAY + 60)
        assert query_id is not None
        return schedules.add(tx, query_id, rule([hour], None), [to], form, AT - DAY + 60)

    return database.write(work)


def context(later: float = 0.0) -> FakeContext:
    return testing_context(reports_to_email.run, now=datetime.fromtimestamp(AT + later, UTC))


def work(later: float = 0.0, limits: Limits | None = None) -> Outcome:
    """The service runs, so many seconds after the time that is planned."""
    outcome = call(reports_to_email.run, context(later), limits or Limits())
    assert outcome is not None
    return outcome


def deliver(server: MailServer, folder: Path, run_id: int = 11) -> None:
    """The Mail Manager runs, a quarter of an hour later."""
    manager = running(mail_manager.run, run_id)
    manager.advance(900)
    send(manager, account(server.port, folder))


def content(file: Any) -> bytes:
    """The bytes of an attachment."""
    return bytes(file.get_payload(decode=True))


def deliveries() -> list[tuple[Any, ...]]:
    """(planned at, state, rows) of all, in order of time."""
    return database.read().all("SELECT planned_at, state, rows FROM report_delivery ORDER BY planned_at, id")


def mails() -> int:
    return int(database.read().value("SELECT COUNT(*) FROM mail"))


@pytest.mark.covers("reports_to_email", 1)
def test_a_report_that_is_due_is_in_the_mailbox_once_with_its_rows(
    mail_server: MailServer, tmp_path: Path
) -> None:
    add_run(1, "failed", AT - 3600, service="=cmd()")
    add_run(2, "succeeded", AT - 3600)
    add_run(3, "failed", AT - 2 * DAY)
    add_run(4, "failed", AT - 60, service="b")
    schedule()
    assert work(-60).counts == {}
    assert work(200).counts == {"mailed": 1}
    assert work(201).counts == {}
    assert work(560).counts == {}
    for number in (11, 12):
        deliver(mail_server, tmp_path, number)
    (mail,) = mail_server.mails()
    assert mail["Subject"] == "[Tickworks] Failed runs: 2 rows"
    assert mail["To"] == "ann@example.org"
    (file,) = mail.iter_attachments()
    assert file.get_content_type() == "text/csv"
    rows = list(csv.reader(io.StringIO(content(file).decode())))
    assert rows == [["id", "service", "state"], ["4", "b", "failed"], ["1", "'=cmd()", "failed"]]
    assert deliveries() == [(int(AT), "mailed", 2)]


def test_a_report_over_a_page_says_0_rows(mail_server: MailServer, tmp_path: Path) -> None:
    schedule(form="html")
    work()
    deliver(mail_server, tmp_path)
    (mail,) = mail_server.mails()
    (file,) = mail.iter_attachments()
    assert mail["Subject"].endswith("Failed runs: 0 rows")
    assert b"<p>0 rows</p>" in content(file)


def test_it_is_over_the_span_before_its_planned_time_also_when_it_comes_late() -> None:
    add_run(1, "failed", AT - 1)
    add_run(2, "failed", AT + 1)
    schedule()
    work(3600)
    assert deliveries() == [(int(AT), "mailed", 1)]


def test_of_two_that_saw_the_same_only_the_first_mails_it() -> None:
    schedule()
    (seen,) = schedules.on(database.read())
    both = [mailing.serve(seen, AT + 60, Limits()) for _ in range(2)]
    assert [each.counts for each in both] == [{"mailed": 1}, {}]
    assert (mails(), len(deliveries())) == (1, 1)


def test_runs_that_race_make_one_mail() -> None:
    for number in range(5):
        schedule(f"r{number}")
    counts: list[int] = []
    start = threading.Barrier(4)

    def one() -> None:
        start.wait()
        counts.append(work().counts.get("mailed", 0))  # type: ignore[arg-type]
        database.drop_connection()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(counts), mails()) == (5, 5)
    assert [state for _, state, _ in deliveries()] == ["mailed"] * 5


@pytest.mark.parametrize("where", ["serving._put", "mailing.schedules.deliver"])
def test_a_process_killed_between_the_mail_and_its_mark_leaves_one_mail(where: str) -> None:
    schedule()
    program = f"""
import os
from domain.report.schedule import Limits
from store import database
from store.report import mailing, schedules, serving
real = {where}
def killed(*args):
    real(*args)
    os.kill(os.getpid(), 9)
{where} = killed
database.open({database.url()!r})
(each,) = schedules.on(database.read())
mailing.serve(each, {AT + 60}, Limits())
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", program], env=env, check=False, timeout=60)
    assert ended.returncode == -9
    assert (mails(), deliveries()) == (0, [])
    work(360)
    work(720)
    assert (mails(), deliveries()) == (1, [(int(AT), "mailed", 0)])


def test_a_mail_that_is_there_already_is_not_made_again() -> None:
    """A database that was put back may know less of its schedules than of its mail."""
    schedule_id = schedule()
    work()
    database.write(lambda tx: tx.run("DELETE FROM report_delivery"))
    sql = "UPDATE report_schedule SET accounted_until = accounted_until - 60 WHERE id = ?"
    database.write(lambda tx: tx.run(sql, (schedule_id,)))
    work(60)
    assert (mails(), [state for _, state, _ in deliveries()]) == (1, ["mailed"])


def test_late_times_become_one_mail_and_older_ones_are_missed() -> None:
    schedule()
    assert work(3 * DAY + 3600).counts == {"missed": 3, "mailed": 1}
    assert [state for _, state, _ in deliveries()] == ["missed", "mailed"]
    assert mails() == 1


def test_a_bad_report_keeps_no_other_back_and_is_told() -> None:
    bad, nobody, broken = schedule("bad"), schedule("nobody"), schedule("broken")
    schedule("good")
    change = "UPDATE report_query SET columns = '[\"gone\"]' WHERE name = 'bad'"
    database.write(lambda tx: tx.run(change))
    database.write(lambda tx: tx.run("UPDATE report_schedule SET recipients = '[]' WHERE id = ?", (nobody,)))
    database.write(lambda tx: tx.run("UPDATE report_schedule SET rule = '{}' WHERE id = ?", (broken,)))
    outcome = work()
    assert (outcome.kind, mails()) == ("partial", 1)
    assert "bad: columns: there is no 'gone'" in outcome.message
    assert "nobody: recipients: expected 1 to 100, got 0" in outcome.message
    assert "broken: times: expected at least one HH:MM" in outcome.message
    sql = "SELECT state FROM report_delivery WHERE schedule_id IN (?, ?) ORDER BY schedule_id"
    assert database.read().all(sql, (bad, nobody)) == [("failed",), ("failed",)]


def test_a_fault_of_our_own_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule("first")
    schedule("second")
    real = mailing.make

    def broken(each: Any, *rest: Any) -> Any:
        if each.name == "first":
            raise ZeroDivisionError("a fault")
        return real(each, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(mailing, "make", broken)
        assert "first: ZeroDivisionError: a fault" in work().message
    assert mails() == 1
    work(360)
    assert mails() == 2


def test_what_is_off_archived_or_of_a_disabled_owner_is_not_mailed() -> None:
    off, archived = schedule("off"), schedule("archived")
    database.write(lambda tx: schedules.disable(tx, off))
    database.write(lambda tx: queries.archive(tx, archived, AT))
    schedule("owned")
    put("app_user", name="Ann", password="-", role="operator", created_at=1.0, disabled_at=2.0)
    assert work().counts == {"skipped": 1}
    assert mails() == 0
    database.write(lambda tx: schedules.enable(tx, off, AT + 3600))
    assert work(3601).counts == {}


def test_a_long_report_is_cut_and_says_so() -> None:
    for number in range(1, 6):
        add_run(number, "failed", AT - number)
    schedule()
    work(limits=Limits(most_rows=3))
    text = database.read().value("SELECT body_text FROM mail")
    assert "only the newest 3 rows are here: that is the limit of a report" in text
    assert deliveries() == [(int(AT), "mailed", 3)]


def test_a_stop_leaves_the_rest_to_the_next_run() -> None:
    schedule("first")
    schedule("second")
    halted = context()
    halted.ports.stop_after = 2
    outcome = call(reports_to_email.run, halted, Limits())
    assert outcome is not None
    assert (outcome.kind, mails()) == ("partial", 1)
    work(360)
    assert mails() == 2
