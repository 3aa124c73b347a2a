"""Does each alert fire when it should, and only then?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from metrics.declared import BY_NAME
from metrics.rules.files import ALERTS, FILES, RECORDS
from tests.metrics.rule_cases import CASES, Case
from tests.support.prometheus import told

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docker" / "prometheus"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.what}")
def test_an_alert_fires_when_it_should_and_only_then(case: Case, tmp_path: Path) -> None:
    (alert,) = [each for each in ALERTS if each.name == f"Tickworks{case.alert}"]
    labels = {"alertname": alert.name, "alertstate": "firing", "severity": alert.severity}
    query = f'ALERTS{{alertname="{alert.name}",alertstate="firing"}}'
    expected = [{"labels": f"ALERTS{json.dumps({**labels, **named})}", "value": 1} for named in case.fires]
    for one in expected:  # promtool reads labels as a query's, not as JSON
        one["labels"] = re.sub(r'"(\w+)": ', r"\1=", str(one["labels"]))
    test = {
        "rule_files": [str(FOLDER / name) for name in FILES],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
                "promql_expr_test": [{"expr": query, "eval_time": f"{case.at}m", "exp_samples": expected}],
            }
        ],
    }
    path = tmp_path / "test.yml"
    path.write_text(json.dumps(test))
    told("promtool", "test", "rules", path)


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    for alert in ALERTS:
        fires = {bool(case.fires) for case in CASES if f"Tickworks{case.alert}" == alert.name}
        assert fires == {True, False}, alert.name


def test_the_committed_files_are_those_of_the_code() -> None:
    for name, make in FILES.items():
        assert (FOLDER / name).read_text() == make(), f"{name} is stale; run `make generate`"


def test_prometheus_accepts_the_rules_and_the_configuration() -> None:
    for name in FILES:
        told("promtool", "check", "rules", FOLDER / name)
    told("promtool", "check", "config", FOLDER / "prometheus.yml")


def test_alertmanager_accepts_its_configuration() -> None:
    told("amtool", "check-config", ROOT / "docker" / "alertmanager" / "alertmanager.yml")


@pytest.mark.parametrize(("severity", "receiver"), [("critical", "on_call"), ("warning", "operators")])
def test_alertmanager_tells_who_should_know(severity: str, receiver: str) -> None:
    file = ROOT / "docker" / "alertmanager" / "alertmanager.yml"
    assert {alert.severity for alert in ALERTS} == {"critical", "warning"}
    words = (f"--config.file={file}", f"--verify.receivers={receiver}", f"severity={severity}")
    told("amtool", "config", "routes", "test", *words)


def test_what_is_quiet_says_something_else_first() -> None:
    """No alert keeps itself quiet, and two never keep each other quiet: somebody is always told."""
    rules = yaml.safe_load((ROOT / "docker" / "alertmanager" / "alertmanager.yml").read_text())[
        "inhibit_rules"
    ]
    quiet = {
        (one.name, two.name)
        for rule in rules
        for one in ALERTS
        for two in ALERTS
        if _matches(rule["source_matchers"], one.name) and _matches(rule["target_matchers"], two.name)
    }
    assert ("TickworksNodeLost", "TickworksDaemonDown") in quiet
    assert ("TickworksExporterMissing", "TickworksFailing") in quiet
    assert not {(two, one) for one, two in quiet} & quiet


def _matches(matchers: list[str], name: str) -> bool:
    """Whether an alert of that name meets all of Alertmanager's matchers."""
    found = []
    for matcher in matchers:
        label, how, value = matcher.split(maxsplit=2)
        assert label == "alertname"
        met = re.fullmatch(value.strip('"'), name) is not None
        found.append(met != how.startswith("!"))
    return all(found)


def test_alertmanager_names_only_alerts_that_exist() -> None:
    text = (ROOT / "docker" / "alertmanager" / "alertmanager.yml").read_text()
    named = set(re.findall(r"Tickworks[A-Z]\w+", text))
    assert named
    assert named <= {alert.name for alert in ALERTS}


def test_every_alert_has_a_page_that_says_what_to_do() -> None:
    for alert in ALERTS:
        page = (ROOT / alert.page).read_text()
        for heading in ("## What it means", "## What to look at", "## What to do"):
            assert heading in page, f"{alert.page}: {heading}"
        assert page.startswith(f"# {alert.name}\n")


def test_every_page_belongs_to_an_alert() -> None:
    pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs/operating/alerts").glob("*.md")}
    assert pages - {"docs/operating/alerts/README.md"} == {alert.page for alert in ALERTS}


def test_recorded_series_have_names_of_their_own() -> None:
    assert all(":" in record.name for record in RECORDS)
    assert not {record.name for record in RECORDS} & {metric.full_name for metric in BY_NAME.values()}
