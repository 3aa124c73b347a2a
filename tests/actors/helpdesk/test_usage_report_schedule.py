"""Are usage reports made, and mailed once, at the times that people have chosen?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from pypdf import PdfReader

from actors import Outcome
from actors.helpdesk import usage_report_schedule
from actors.service import call
from actors.system import mail_manager
from actors.testing import testing_context
from domain.alert.finding import Finding
from domain.objects.catalogue import find
from domain.objects.checked import ObjectProblems, checked
from domain.report.schedule import UsageLimits
from store import alert, database, event, live_family, sample
from store.object import read, write
from store.report import usage_mailing, usage_schedules
from tests.actors.system.mailing import account, running
from tests.actors.system.mailing import work as send
from tests.support.mail_server import MailServer
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import put
from tests.support.rows import run as add_run

#: A Friday, 08:00 UTC; `running` of the mail tests is at the same time.
AT = 1_800_000_000.0
DAY = 86_400.0


#: For what is written in SQL of its own.
both = pytest.mark.parametrize("opened", DATABASES, indirect=True)


@pytest.fixture(params=["sqlite"], autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path).start()
    yield server
    server.stop()


def add(kind: str, /, since: float = AT - 3600, **values: Any) -> int:
    """A new object; its id."""
    whole = checked(find(kind), values)
    return database.write(lambda tx: write.create(tx, kind, whole, now=since))


def change(kind: str, object_id: int, now: float = AT - 1800, **values: Any) -> None:
    row = read.by_id(database.read(), kind, object_id)
    assert row is not None
    whole = {field.name: row[field.name] for field in find(kind).fields} | values
    assert database.write(lambda tx: write.change(tx, kind, object_id, row["revision"], whole, now=now))


def schedule(name: str = "Monthly", report: str = "usage", **values: Any) -> int:
    given = {"times": ("08:00",), "recipients": ("ann@example.org",), "report": report}
    return add("report_schedule", name=name, **{**given, **values})


def work(later: float = 60.0, limits: UsageLimits | None = None) -> Outcome:
    now = datetime.fromtimestamp(AT + later, UTC)
    context = testing_context(usage_report_schedule.run, now=now)
    outcome = call(usage_report_schedule.run, context, limits or UsageLimits())
    assert outcome is not None
    return outcome


def at(moment: datetime) -> float:
    """Seconds after AT."""
    return moment.timestamp() - AT


def deliveries() -> list[tuple[Any, ...]]:
    sql = "SELECT state, rows, error FROM usage_report_delivery ORDER BY planned_at, id"
    return database.read().all(sql)


def mails() -> int:
    return int(database.read().value("SELECT COUNT(*) FROM mail"))


def file() -> bytes:
    """The attachment of the newest mail."""
    return bytes(database.read().value("SELECT content FROM mail_attachment ORDER BY mail_id DESC LIMIT 1"))


def table() -> list[list[str]]:
    return list(csv.reader(io.StringIO(file().decode())))


def body() -> str:
    return str(database.read().value("SELECT body_text FROM mail ORDER BY id DESC LIMIT 1"))


@both
@pytest.mark.covers("usage_report_schedule", 1)
def test_a_report_that_is_due_is_in_the_mailbox_once(mail_server: MailServer, tmp_path: Path) -> None:
    add("organisation", name="=Łódź 東京")
    add("contact", organisation="=Łódź 東京", name="Ann")
    schedule()
    assert work(-60).counts == {}
    assert work(60).counts == {"mailed": 1}
    assert work(900).counts == {}
    manager = running(mail_manager.run)
    manager.advance(900)
    database.write(lambda tx: live_family.switch(tx, "helpdesk", True, by="ann", now=AT))
    send(manager, account(mail_server.port, tmp_path))
    (mail,) = mail_server.mails()
    assert mail["Subject"] == "[Tickworks] Monthly: 1 row"
    (attached,) = mail.iter_attachments()
    rows = list(csv.reader(io.StringIO(bytes(attached.get_payload(decode=True)).decode())))
    assert rows[0][:3] == ["organisation", "kind", "contacts"]
    assert rows[1][:3] == ["'=Łódź 東京", "customer", "1"]


def test_its_mail_is_of_the_family_so_that_an_observing_site_keeps_it() -> None:
    schedule()
    work()
    assert database.read().value("SELECT family FROM mail") == "helpdesk"


@both
def test_ten_missed_times_become_one_report_over_all_of_them() -> None:
    schedule(report="runs")
    work()
    for day in range(1, 11):
        add_run(day, "succeeded", AT + day * DAY - 3600, service="a")
    counts = work(10 * DAY + 60).counts
    assert (counts["mailed"], mails()) == (1, 2)
    assert table()[1][:2] == ["a", "10"]
    assert "it stands also for 9 earlier planned times" in body()


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_other_formats_hold_the_same_with_names_in_every_script(form: str) -> None:
    add("organisation", name="王小明 Łódź")
    schedule(format=form)
    work()
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(file()))
        assert book.worksheets[0]["A2"].value == "王小明 Łódź"
        book.close()
        return
    text = PdfReader(io.BytesIO(file())).pages[0].extract_text().replace("\0", "")
    assert "王小明 Łódź" in text
    assert "organisation" in text


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_an_empty_report_says_so(form: str) -> None:
    schedule(format=form)
    work()
    assert "Nothing to report: the file has its headings alone." in body()
    assert deliveries() == [("mailed", 0, None)]


def test_the_last_day_of_a_month_is_its_last_day() -> None:
    schedule(days=("last",), zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    for month, day in ((1, 31), (2, 28), (3, 31), (4, 30)):
        due = datetime(2027, month, day, 8, tzinfo=berlin)
        assert work(at(due) - 60).counts == {}
        assert work(at(due) + 60).counts == {"mailed": 1}
    assert "from 2027-03-31 08:00+02:00 to 2027-04-30 08:00+02:00 (Europe/Berlin)" in body()


def test_a_time_that_the_clocks_leave_out_and_one_that_comes_twice_are_served_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    schedule(times=("02:30",), zone="Europe/Berlin")
    work(at(datetime(2027, 3, 27, 12, tzinfo=berlin)))
    before = mails()
    work(at(datetime(2027, 3, 28, 3, 1, tzinfo=berlin)))
    assert mails() == before + 1
    work(at(datetime(2027, 10, 30, 12, tzinfo=berlin)))
    before = mails()
    first = datetime(2027, 10, 31, 2, 31, tzinfo=berlin)
    for later in (first, first + timedelta(hours=1), first + timedelta(hours=2)):
        work(at(later))
    assert mails() == before + 1


@both
def test_a_recipient_that_is_gone_is_left_out_and_told_of_once() -> None:
    add("organisation", name="acme")
    gone = add("contact", organisation="acme", name="Bob", email="Bob@example.org")
    schedule(recipients=("ann@example.org", "bob@example.org"))
    database.write(lambda tx: write.archive(tx, "contact", gone, 1, now=AT - 60))
    for day in range(3):
        work(day * DAY + 60)
    (told,) = event.latest(database.read())
    assert "bob@example.org is archived" in told["text"]
    found = {row[0] for row in database.read().all("SELECT address FROM mail_recipient")}
    assert (found, mails()) == ({"ann@example.org"}, 3)


def test_a_report_to_nobody_is_skipped_and_says_why() -> None:
    bob = add("staff", name="Bob", email="bob@example.org")
    schedule(recipients=("bob@example.org",))
    change("staff", bob, enabled=False)
    assert work().counts == {"skipped": 1}
    assert deliveries()[0][2] == "nobody is left to send it to: all its recipients are archived"


@both
def test_a_schedule_that_is_off_archived_or_changed_is_planned_from_then_on() -> None:
    one, other = schedule("one"), schedule("other")
    work(-60)
    change("report_schedule", one, now=AT + 30, enabled=False)
    database.write(lambda tx: write.archive(tx, "report_schedule", other, 1, now=AT + 30))
    assert work(60).counts == {}
    change("report_schedule", one, now=AT + 3 * DAY, enabled=True)
    assert work(3 * DAY + 60).counts == {}
    assert work(4 * DAY + 60).counts == {"mailed": 1}


def test_an_edit_of_something_else_loses_no_report() -> None:
    made = schedule()
    work(-600)
    change("report_schedule", made, now=AT + 30, note="a word")
    assert work(60).counts == {"mailed": 1}


@both
def test_of_two_that_saw_the_same_only_the_first_mails_it() -> None:
    schedule()
    work(-60)
    (seen,) = usage_schedules.listed(database.read())
    both = [usage_mailing.serve(seen, AT + 60, UsageLimits(), None).counts for _ in range(2)]
    assert (both, mails()) == ([{"mailed": 1}, {}], 1)


def test_a_report_that_cannot_be_made_keeps_no_other_back() -> None:
    schedule("bad")
    schedule("good")
    database.write(lambda tx: tx.run("UPDATE usage_report_schedule SET report = 'gone' WHERE name = 'bad'"))
    outcome = work()
    assert (outcome.kind, outcome.counts) == ("partial", {"failed": 1, "mailed": 1})
    assert "bad: there is no report 'gone'" in outcome.message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"report": "usge"}, "did you mean usage?"),
        ({"report": "runs", "organisation": "acme"}, "leave the organisation empty"),
        ({"recipients": ("nobody",)}, "nobody"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"days": ("32",)}, "days"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_when_it_is_typed(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ObjectProblems, match=said.replace("?", r"\?")):
        schedule(**values)


@both
def test_it_is_about_an_organisation_and_those_below_it() -> None:
    add("organisation", name="north")
    add("organisation", name="acme", parent="north")
    add("organisation", name="south")
    add("server", name="web1", organisation="acme", address="192.0.2.1")
    add("domain", name="example.org", organisation="acme")
    schedule(organisation="north")
    work()
    assert [row[0] for row in table()[1:]] == ["acme", "north"]
    assert table()[1][:4] == ["acme", "customer", "0", "1"]


@both
def test_the_load_of_servers_is_told_by_day() -> None:
    server = add("server", name="web1", address="192.0.2.1")
    for hour in range(48):
        figures = [("cpu.percent", "", float(hour))]
        when = AT - 3 * DAY + hour * 3600
        database.write(lambda tx, f=figures, w=when: sample.add(tx, sample.of_server(server), f, w))  # type: ignore[misc]
    schedule(report="servers", days=("last",))
    due = datetime(2027, 1, 31, 8, tzinfo=UTC)
    work(at(due) + 60)
    rows = table()[1:]
    assert [row[4] for row in rows] == ["2027-01-12", "2027-01-13", "2027-01-14"]
    assert rows[0][5:] == ["0.0", "7.5", "15.0"]


@both
def test_checks_alerts_and_domains_have_reports() -> None:
    add("server", name="web1", address="192.0.2.1")
    check = add("check", server="web1", name="page", kind="tcp", port=80)
    for number, level in enumerate(("good", "good", "good", "failed")):
        put("check_result", check_id=check, at=AT - 600 + number, level=level, took=0.1, text="t")
    domain = add("domain", name="example.org")
    put("domain_state", domain_id=domain, expires_at=AT + 9.5 * DAY, auto_renew=True)
    found = Finding("failing", "service a", "a fails")
    database.write(lambda tx: alert.open_one(tx, found, AT - 300))
    for report in ("availability", "alerts", "domains", "jobs"):
        schedule(report, report)
    assert work().counts == {"mailed": 4}
    sql = (
        """SELECT m.subject, a.content FROM mail m JOIN mail_attachment a ON a.mail_id = m.id ORDER BY m.id"""
    )
    files = {
        subject.split()[1].rstrip(":"): list(csv.reader(io.StringIO(bytes(content).decode())))
        for subject, content in database.read().all(sql)
    }
    assert files["availability"][1][2:6] == ["page", "75.0", "4", "1"]
    assert files["alerts"][1][:4] == ["failing", "service a", "warning", "a fails"]
    assert files["domains"][1][4:6] == ["9", "yes"]
    assert len(files["jobs"]) == 1
