"""A real Prometheus scrapes a real site: every panel has an answer, every rule works, an alert fires."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.dashboards.files import BOARDS
from metrics.rules.files import FILES
from tests.metrics.queries import filled
from tests.support.prometheus import PrometheusServer, scraping, told
from tests.support.site import RunningSite, running
from tests.support.until import until

ROOT = Path(__file__).parents[2]
SERVICES = """
import time
from actors import Daemon, Outcome, Periodic, service
from actors.job_kind import JobKind, JobOutcome

@service(schedule=Periodic(minutes=60), run_groups=("reports",))
def report(context):
    return Outcome.done()

@service(run_groups=("held",))
def holder(context):
    while not context.stopping():
        time.sleep(0.02)

@service(run_groups=("held",))
def waiter(context):
    return Outcome.done()

@service()
def broken(context):
    raise RuntimeError("it never works")

@service(schedule=Daemon())
def steady(context):
    while not context.stopping():
        time.sleep(0.02)

def work(context, job):
    return JobOutcome.done()

JOB_KINDS = [
    JobKind(name="create", title="Create", service="waiter", backend="b", work=work, repeatable=True)
]
"""

#: Panel's queries by what they are, with whether they may have no answer.
QUERIES = [
    (board, panel["title"], target["expr"])
    for board in BOARDS
    for panel in json.loads((ROOT / "docker/grafana/dashboards" / board.file).read_text())["panels"]
    for target in panel["targets"]
]
SOMETIMES = {
    query.expr for board in BOARDS for panel in board.panels for query in panel.queries if query.sometimes
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site where runs have ended well and badly, and others run and wait."""
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder}/var/tickworks.db"
    made = RunningSite(folder, database_url=url, broker_url="database", services=SERVICES)
    with running(made):
        for _ in range(3):
            made.until_state(made.force("report"), "succeeded")
            made.until_state(made.force("broken"), "failed")
        made.until_state(made.force("holder"), "running")
        made.force("waiter")
        yield made


@pytest.fixture(scope="module")
def address(site: RunningSite) -> str:
    """``host:port`` of its page."""
    said = re.compile(r"page\s+http://([^\s/]+)")
    until(lambda: bool(said.search(site.log.read_text())), "it says where its page is")
    return str(said.findall(site.log.read_text())[0])


@pytest.fixture(scope="module")
def prometheus(address: str) -> Iterator[PrometheusServer]:
    rules = [ROOT / "docker" / "prometheus" / name for name in FILES]
    with scraping(address, rules) as server:
        until(lambda: bool(server.query('up{job="tickworks"} == 1')), "the site is scraped", seconds=30)
        yield server


@pytest.mark.parametrize(
    ("board", "title", "query"), QUERIES, ids=[f"{board.uid}: {title}" for board, title, _ in QUERIES]
)
def test_a_panel_has_an_answer(prometheus: PrometheusServer, board: Any, title: str, query: str) -> None:
    asked = filled(query, service="report", node="n1", run_group="held|reports")
    if query in SOMETIMES:
        prometheus.query(asked)
        return
    until(lambda: bool(prometheus.query(asked)), f"{title} shows something: {asked}", seconds=30)


@pytest.mark.parametrize(
    "query",
    [
        "max by (service) (tickworks_service_consecutive_failures) > 0",
        "time() - min by (service) (tickworks_service_oldest_queued_timestamp_seconds)",
        'time() - min(tickworks_service_oldest_running_timestamp_seconds{service="holder"})',
        'tickworks:service_works{service="report"}',
        'tickworks:runs:rate5m{service="report", outcome="succeeded"}',
    ],
)
def test_what_happens_now_is_seen(prometheus: PrometheusServer, query: str) -> None:
    until(lambda: bool(prometheus.query(query)), f"an answer to {query}", seconds=60)


def test_how_long_runs_take_is_recorded(site: RunningSite, prometheus: PrometheusServer) -> None:
    seen = 'tickworks_run_duration_seconds_count{service="report"}'
    until(lambda: bool(prometheus.query(seen)), "the runs before are counted", seconds=30)
    site.until_state(site.force("report"), "succeeded")
    query = 'tickworks:run_duration_seconds:p95_1d{service="report"}'
    until(lambda: bool(prometheus.query(query)), f"an answer to {query}", seconds=60)


def test_a_renamed_metric_leaves_its_panel_empty(prometheus: PrometheusServer) -> None:
    query = next(query for _, title, query in QUERIES if title == "Slots")
    until(lambda: bool(prometheus.query(query)), "there are slots", seconds=30)
    assert prometheus.query(query.replace("node_slots", "node_slots_total")) == []


def test_every_rule_can_be_evaluated(prometheus: PrometheusServer) -> None:
    def health() -> set[tuple[str, str]]:
        with urllib.request.urlopen(f"{prometheus.address}/api/v1/rules", timeout=30) as answer:
            groups = json.load(answer)["data"]["groups"]
        return {(rule["health"], rule.get("lastError", "")) for group in groups for rule in group["rules"]}

    until(lambda: all(state != "unknown" for state, _ in health()), "every rule was evaluated", seconds=60)
    assert health() == {("ok", "")}


def test_what_fails_three_times_is_told_and_nothing_else(prometheus: PrometheusServer) -> None:
    firing = 'ALERTS{alertname=~"Tickworks.+", alertstate="firing"}'
    until(lambda: bool(prometheus.query(firing)), "an alert fires", seconds=60)
    found = {
        (each["metric"]["alertname"], each["metric"].get("service")) for each in prometheus.query(firing)
    }
    assert found == {("TickworksFailing", "broken")}


def test_promtool_finds_no_fault_with_a_scrape(address: str) -> None:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    assert told("promtool", "check", "metrics", stdin=text) == ""
