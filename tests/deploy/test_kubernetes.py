"""Would a cluster accept the manifests, and do they say what a site needs?"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml

from cli.commands import COMMANDS
from config.load import load
from config.settings import ROLES
from metrics.declared import BY_NAME
from metrics.rules.files import ALERTS, RECORDS
from tests.deploy.manifests import CUSTOM, FOLDER, OVERLAYS, built, container, of_kind, written
from tests.docker.image import Image
from tests.support.npm import installed

VERSION = "1.37"
IMAGE = Image()
SHORT_NAMES = {name.removeprefix("tickworks_") for name in BY_NAME}


def problems(documents: list[dict[str, Any]]) -> list[str]:
    """What the schemas of custom kinds have against the documents; empty texts for nothing."""
    folder = installed(Path(__file__).parent / "custom_kinds")
    done = subprocess.run(
        ["node", "check.mjs"],
        cwd=folder,
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def own(documents: Any) -> list[dict[str, Any]]:
    return [each for each in documents if each["kind"] not in CUSTOM]


def test_every_file_is_valid_by_itself() -> None:
    for path, each in written():
        if each["kind"] not in CUSTOM:
            assert kubernetes_validate.validate(each, VERSION, strict=True), path


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_an_overlay_makes_is_valid(overlay: str) -> None:
    for each in own(built(overlay)):
        kubernetes_validate.validate(each, VERSION, strict=True)


def test_a_misspelt_key_would_be_found() -> None:
    (deployment,) = yaml.safe_load_all((FOLDER / "node/node.yaml").read_text().split("---")[0])
    deployment["spec"]["template"]["spec"]["terminationGracePeriod"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, VERSION, strict=True)


def test_custom_kinds_are_valid() -> None:
    documents = [each for _, each in written() if each["kind"] in CUSTOM]
    assert {each["kind"] for each in documents} == CUSTOM
    assert problems(documents) == [""] * len(documents)


def test_a_misspelt_trigger_would_be_found() -> None:
    (document, *_) = (each for _, each in written() if each["kind"] == "ScaledObject")
    document["spec"]["triggers"][0].pop("metadata")
    (said,) = problems([document])
    assert "metadata" in said


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_role_has_a_node_and_every_node_a_name_of_its_own(overlay: str) -> None:
    roles: list[str] = []
    for name, each in of_kind(overlay, "Deployment").items():
        if not name.startswith("tickworks-node"):
            continue
        env = {entry["name"]: entry for entry in container(each)["env"]}
        assert env["TICKWORKS_NODE__NAME"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
        given = env["TICKWORKS_NODE__ROLES"]
        label = each["spec"]["template"]["metadata"]["labels"]["tickworks.io/role"]
        roles += given["value"].split(",") if "value" in given else [label]
        # Two Deployments of one selector would fight over the same pods.
        assert each["spec"]["selector"]["matchLabels"]["tickworks.io/role"] == label
    assert sorted(roles) == sorted(ROLES)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_node_drains_before_it_is_killed(overlay: str) -> None:
    settings = load(environ={})
    needed = settings.node.drain_timeout + settings.coordinator.grace + 3 + 10
    nodes = [each for name, each in of_kind(overlay, "Deployment").items() if "-node-" in name]
    assert nodes
    for each in nodes:
        assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > needed
        shell, flag, text = container(each)["lifecycle"]["preStop"]["exec"]["command"]
        assert (shell, flag, text.split()[:2]) == ("sh", "-c", ["tickworks", "drain"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_runs_as_root_or_writes_outside_its_volumes(overlay: str) -> None:
    for each in built(overlay):
        if each["kind"] not in ("Deployment", "Job"):
            continue
        pod, only = each["spec"]["template"]["spec"], container(each)
        assert f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" == IMAGE.one(
            "USER"
        )
        assert only["securityContext"]["readOnlyRootFilesystem"]
        places = {mount["mountPath"] for mount in only["volumeMounts"]}
        assert {f"{IMAGE.one('WORKDIR')}/var", "/tmp", "/run/secrets/tickworks"} <= places


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_command_and_every_setting_exists(overlay: str, tmp_path: Path) -> None:
    for each in built(overlay):
        if each["kind"] in ("Deployment", "Job"):
            assert container(each)["args"][0] in COMMANDS
    (settings,) = of_kind(overlay, "ConfigMap").values()
    for name in ("database_url", "broker_url", "secret_key"):
        (tmp_path / name).write_text("amqp://h/" if name == "broker_url" else "sqlite:///x")
    given = {
        key: text.replace("/run/secrets/tickworks", str(tmp_path)) for key, text in settings["data"].items()
    }
    assert load(environ={**IMAGE.env, **given}).broker.url == "amqp://h/"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_budget_never_keeps_a_machine_from_being_emptied(overlay: str) -> None:
    deployments = of_kind(overlay, "Deployment")
    budgets = of_kind(overlay, "PodDisruptionBudget")
    assert budgets.keys() == deployments.keys()
    for name, budget in budgets.items():
        assert budget["spec"].get("minAvailable", 0) < deployments[name]["spec"]["replicas"] or (
            budget["spec"].get("maxUnavailable") == 1
        )


def test_what_scales_follows_the_runs_that_wait_for_its_role() -> None:
    nodes = {name for name in of_kind("production", "Deployment") if "-node-" in name}
    for name, scaled in of_kind("production", "ScaledObject").items():
        assert scaled["spec"]["scaleTargetRef"]["name"] == name
        assert name in nodes
        role = name.removeprefix("tickworks-node-")
        query = scaled["spec"]["triggers"][0]["metadata"]["query"]
        found = re.search(r'waiting_for_slot\{roles=~"([^"]+)"\}', query)
        assert found is not None
        assert re.fullmatch(found[1], role)
        assert re.fullmatch(found[1], f"master+{role}")
        assert not re.fullmatch(found[1], f"{role}2")
        busy = re.search(r'busy_slots\{node=~"([^"]+)"\}', query)
        assert busy is not None
        assert re.fullmatch(busy[1], f"{name}-7d9f-x2b")


def test_the_cluster_has_the_same_rules_as_prometheus() -> None:
    (rule,) = of_kind("production", "PrometheusRule").values()
    names = [
        each.get("alert") or each["record"] for group in rule["spec"]["groups"] for each in group["rules"]
    ]
    assert sorted(names) == sorted([alert.name for alert in ALERTS] + [record.name for record in RECORDS])


def test_the_page_is_what_is_watched() -> None:
    (monitor,) = of_kind("production", "ServiceMonitor").values()
    (service,) = of_kind("production", "Service").values()
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    assert wanted <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["honorLabels"] is True
    # The rules ask for this job.
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "tickworks"


def test_what_scales_asks_for_metrics_that_exist() -> None:
    for scaled in of_kind("production", "ScaledObject").values():
        query = scaled["spec"]["triggers"][0]["metadata"]["query"]
        promql_parser.parse(query)
        assert {
            name.removeprefix("tickworks_") for name in re.findall(r"tickworks_\w+", query)
        } <= SHORT_NAMES
