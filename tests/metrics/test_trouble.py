"""Does a scrape stay an answer, whatever the database, the broker and the titles are like?"""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from metrics import collect
from metrics.collect import KEEP_BROKER, Metrics
from metrics.patient import Patient
from store import database
from store.tx import Tx
from tests.metrics.conftest import Scrape
from tests.support import rows
from tests.support.clock import FakeClock
from tests.support.engine import Engine, periodic
from tests.support.process import free_port
from tests.support.scraped import Scraped
from tests.support.until import until

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
UTC = ZoneInfo("UTC")


def test_a_database_that_is_away_is_told_and_nothing_else(tmp_path: Path) -> None:
    database.open(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    seen = Scraped(*Metrics(clock=FakeClock(), zone=UTC, version="1").text(""))
    database.close()
    assert seen.value("database_up") == 0
    assert seen.value("broker_up") == 0
    assert seen.value("build_info", version="1") == 1
    assert seen.names() == {
        f"tickworks_{name}" for name in ("database_up", "broker_up", "scrape_failed_families", "build_info")
    }


def test_a_database_that_comes_back_is_read_again(engine: Engine, scrape: Scrape) -> None:
    url = database.url()
    database.open(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    assert scrape().value("database_up") == 0
    database.open(url)
    assert scrape().value("database_up") == 1


def test_a_database_that_hangs_holds_up_a_scrape_for_a_moment_only(
    engine: Engine, scrape: Scrape, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    read = database.read

    def hangs() -> Tx:
        assert answers.wait(60)
        return read()

    monkeypatch.setattr(collect, "PATIENCE", 0.05)
    monkeypatch.setattr(database, "read", hangs)
    try:
        assert scrape().value("database_up") == 0
    finally:
        answers.set()
    monkeypatch.setattr(collect, "PATIENCE", 60)
    until(lambda: scrape().value("database_up") == 1, "the database answers again")


def test_tables_that_are_not_there_yet_cost_only_what_they_would_tell(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job")
    engine.write(lambda tx: tx.run("ALTER TABLE mail RENAME TO mail_later"))
    try:
        seen = scrape()
    finally:
        engine.write(lambda tx: tx.run("ALTER TABLE mail_later RENAME TO mail"))
    assert seen.value("database_up") == 1
    assert seen.value("scrape_failed_families") == 1
    assert seen.value("outbox_waiting_mails") is None
    assert seen.value("service_enabled", service="job") == 1


def test_an_empty_database_before_the_first_migration(tmp_path: Path) -> None:
    database.open(f"sqlite:///{tmp_path}/empty.db")
    seen = Scraped(*Metrics(clock=FakeClock(), zone=UTC, version="1").text(""))
    database.close()
    assert seen.value("database_up") == 1
    assert seen.value("scrape_failed_families") == len(collect.READERS)
    assert seen.value("nodes", state="up") is None


def test_a_migration_that_is_under_way_holds_up_no_scrape(
    engine: Engine, engine_database: str, scrape: Scrape, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL locks the table that is changed: that is told. SQLite shows what was there before."""
    engine.make_service("job")
    locks = engine_database == "postgresql"
    begun, ends = threading.Event(), threading.Event()

    def script(tx: Tx) -> None:
        tx.run("ALTER TABLE service RENAME COLUMN title TO heading")
        begun.set()
        assert ends.wait(60)
        raise InterruptedError  # undone: other tests need the table

    def migrates() -> None:
        with suppress(InterruptedError):
            database.write(script)
        database.drop_connection()

    migration = threading.Thread(target=migrates)
    migration.start()
    assert begun.wait(60)
    with monkeypatch.context() as patched:
        patched.setattr(collect, "PATIENCE", 0.2 if locks else 60)
        seen = scrape()
        ends.set()
    migration.join()
    assert seen.value("database_up") == (0 if locks else 1)
    assert seen.value("service_enabled", service="job") == (None if locks else 1)
    until(lambda: scrape().value("service_enabled", service="job") == 1, "it is seen again")


def test_a_broker_is_asked_now_and_then(sqlite_engine: Engine) -> None:
    clock, asked = FakeClock(), []
    answers = iter((True, False))

    def reachable() -> bool:
        asked.append(1)
        return next(answers)

    metrics = Metrics(clock=clock, zone=UTC, version="1", broker_reachable=reachable)
    for _ in range(2):
        assert Scraped(*metrics.text("")).value("broker_up") == 1
        clock.advance(KEEP_BROKER - 1)
    clock.advance(1)
    assert Scraped(*metrics.text("")).value("broker_up") == 0
    assert len(asked) == 2


def test_a_broker_that_hangs_or_breaks_is_down(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "PATIENCE_BROKER", 0.05)
    ends = threading.Event()

    def hangs() -> bool:
        return ends.wait(60)

    def breaks() -> bool:
        raise RuntimeError("no such vhost")

    for question in (hangs, breaks):
        metrics = Metrics(clock=FakeClock(), zone=UTC, version="1", broker_reachable=question)
        seen = Scraped(*metrics.text(""))
        assert seen.value("broker_up") == 0
        assert seen.value("database_up") == 1
    ends.set()


def test_who_asks_while_a_question_is_open_does_not_ask_it_again() -> None:
    asked: list[int] = []
    ends = threading.Event()

    def question() -> int:
        asked.append(1)
        ends.wait(60)
        return 7

    patient = Patient("test", question)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            patient.ask(0.01)
    ends.set()
    until(lambda: patient.ask(60) == 7, "the answer")
    assert len(asked) <= 2


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_titles_may_hold_anything(engine: Engine, scrape: Scrape, accept: str) -> None:
    title = 'Rechnungen "täglich"\nC:\\neu 📞 {service="x"}'
    engine.make_service("job", run_groups=['g"1'.replace('"', "_")])
    engine.write(lambda tx: tx.run("UPDATE service SET title = ? WHERE name = 'job'", (title,)))
    seen = scrape(accept)
    assert seen.labels("service_info") == [
        {"service": "job", "title": title, "kind": "on_demand", "family": "test"}
    ]


def test_no_label_holds_what_errors_and_people_say(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job")
    engine.make_node()
    run = engine.start("job", by="somebody-by-name", reason="because-of-this")
    engine.end(run, "failed", error="it-broke-like-that")
    text = scrape().text
    for word in ("somebody-by-name", "because-of-this", "it-broke-like-that"):
        assert word not in text


def test_a_scrape_reads_no_history(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen.setdefault(sql, params)
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        Metrics(clock=sqlite_engine.clock, zone=UTC, version="1").text("")
    grows = r"SCAN (r|run|attempt|job|j|mail|event|change|process|p|message|run_log|hold_minute)"
    scans = [
        " ".join(sql.split())
        for sql, params in seen.items()
        for row in sqlite_engine.rows(f"EXPLAIN QUERY PLAN {sql}", *params)
        if re.fullmatch(grows, row[3])
    ]
    assert not scans, "\n".join(scans)
    assert len(seen) > 8


#: Series for 103 services that have had every outcome that services have; the issue's bound.
MOST = 6_000


def test_the_series_of_103_services_are_bounded(sqlite_engine: Engine) -> None:
    _site(103)
    seen = Scraped(
        *Metrics(clock=sqlite_engine.clock, zone=UTC, version="1", kinds=list("abcdefghij")).text("")
    )
    assert 5_000 < len(seen.series) <= MOST


def test_two_thousand_services_are_scraped(sqlite_engine: Engine) -> None:
    _site(2_000)
    body, _ = Metrics(clock=sqlite_engine.clock, zone=UTC, version="1").text("")
    # Counted as it stands: a parser takes seconds for so many lines.
    for name in ("service_info", "service_running_runs", "service_next_due_timestamp_seconds"):
        assert body.count(f"\ntickworks_{name}{{".encode()) == 2_000
    assert b"\ntickworks_scrape_failed_families 0.0\n" in body


def _site(count: int) -> None:
    """So many services, four nodes and ten groups, with all that a long life leaves behind."""
    ends, triggers = ("succeeded", "failed", "lost"), ("schedule", "manual", "catch_up")
    outcomes = [f"{how}|{trigger}" for how in ends for trigger in triggers]
    outcomes += ["cancelled|manual", "cancelled|schedule", "succeeded|api"]
    times = dict.fromkeys(("last_start_at", "last_success_at", "last_failure_at", "last_duration"), 1.0)
    times |= {"accounted_until": 60}
    rule = '{"kind": "periodic", "minutes": 5, "align": 0}'
    names = [f"service_{number:04d}" for number in range(count)]
    rows.service(names[0], **{"kind": "periodic", "rule": rule, "run_groups": "group_0", **times})
    _more("service", [{"name": name, "run_groups": f"group_{int(name[-1])}"} for name in names[1:]])
    for number in range(4):
        rows.node(f"n{number}")
    tallies = [(name, "runs", label) for name in names for label in outcomes]
    results = ("ran", "merged", "skipped", "missed")
    tallies += [(name, "occurrences", result) for name in names for result in results]
    tallies += [
        (name, metric, label)
        for name in names
        for metric in ("run_duration", "run_queue_time")
        for label in ("sum", "+Inf")
    ]
    tallies += [("", "run_group_held", f"group_{number}") for number in range(10)]
    values = "INSERT INTO tally (service, metric, label, value) VALUES (?, ?, ?, 1)"
    database.write(lambda tx: tx.many(values, tallies))
    rows.run(1, "queued", service=names[0])
    _more("run", [{"id": 1 + number, "service": name} for number, name in enumerate(names) if number])
    rows.run(count + 1, "running", service=names[0])
    _more("run", [{"id": count + 1 + number, "service": name} for number, name in enumerate(names) if number])


def _more(table: str, changes: list[dict[str, Any]]) -> None:
    """Copies of the row of a table that was put last, each with its changes, in one transaction."""
    last = database.read().dicts(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")[0]
    insert = f"INSERT INTO {table} ({', '.join(last)}) VALUES ({', '.join('?' for _ in last)})"
    copies = [tuple({**last, **changed}.values()) for changed in changes]
    database.write(lambda tx: tx.many(insert, copies))


def test_a_rule_with_problems_silences_no_other_service(engine: Engine, scrape: Scrape) -> None:
    for name in ("bad", "good"):
        engine.make_service(name, rule=periodic(5))
    rule = '{"kind": "periodic", "minutes": 0, "align": 0}'
    engine.write(lambda tx: tx.run("UPDATE service SET rule = ? WHERE name = 'bad'", (rule,)))
    seen = scrape()
    assert seen.value("scrape_failed_families") == 0
    assert seen.value("service_next_due_timestamp_seconds", service="bad") is None
    assert seen.value("service_next_due_timestamp_seconds", service="good") is not None
