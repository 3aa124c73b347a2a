"""Do the compose files say what an engine understands, and what a drain needs?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.commands import COMMANDS
from config.load import load
from config.settings import ROLES
from tests.docker.image import ROOT, Image

FOLDER = ROOT / "docker"
FILES = ("compose.yaml", "compose.observability.yaml")
CHECK = Path(sys.executable).parent / "check-jsonschema"

#: Seconds that hung code has after its run was told to stop, and that the node has to say good-bye.
GRACE_AND_GOODBYE = 10 + 3 + 10


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services of our image."""
    services = read("compose.yaml")["services"]
    return {name: each for name, each in services.items() if "build" in each}


def schema_says(path: Path) -> subprocess.CompletedProcess[str]:
    command = [CHECK, "--builtin-schema", "vendor.compose-spec", path]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", FILES)
def test_the_schema_accepts_it(name: str) -> None:
    said = schema_says(FOLDER / name)
    assert said.returncode == 0, said.stdout


def test_the_schema_would_find_a_misspelt_key(tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    broken.write_text((FOLDER / "compose.yaml").read_text().replace("stop_grace_period", "stop_grace"))
    assert schema_says(broken).returncode == 1


def test_a_drain_has_the_time_it_needs() -> None:
    needed = load(environ={}).node.drain_timeout + GRACE_AND_GOODBYE
    for name, service in ours().items():
        assert float(service["stop_grace_period"].removesuffix("s")) > needed, name


def test_no_root_no_writes_and_no_more_rights() -> None:
    for service in ours().values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["volumes"] == [f"var:{Image().one('WORKDIR')}/var"]
        assert service["tmpfs"] == ["/tmp"]


def test_every_command_exists() -> None:
    for service in ours().values():
        assert service["command"][0] in COMMANDS
    assert {service["command"][0] for service in ours().values()} == {"migrate", "beat", "web", "node"}


def test_every_role_has_nodes_and_none_has_a_fixed_name() -> None:
    nodes = [each for each in ours().values() if each["command"][0] == "node"]
    assert {node["command"][-1] for node in nodes} == set(ROLES)
    for node in nodes:
        # Replicas of one definition would share what is given here.
        assert "container_name" not in node
        assert "hostname" not in node
        assert "--name" not in node["command"]


def test_nothing_starts_before_what_it_needs() -> None:
    services = read("compose.yaml")["services"]
    for name, service in ours().items():
        for needed, how in service["depends_on"].items():
            if how["condition"] == "service_healthy":
                assert "test" in services[needed]["healthcheck"], f"{name} waits for {needed}"
    assert services["node-master"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_every_setting_is_one_that_exists() -> None:
    lines = (FOLDER / "tickworks.env").read_text().splitlines()
    # What stands there as an example has to be right as well.
    pairs = [line.lstrip("# ").split("=", 1) for line in lines if re.match(r"(# )?TICKWORKS_", line)]
    addresses = {"BROKER_URL": "amqp://h:5672/", "DATABASE_URL": "sqlite:///x"}
    fixed = {**Image().env, **ours()["web"]["environment"]}
    own = {key: value for key, value in fixed.items() if key.startswith("TICKWORKS_")}
    settings = load(environ={**own, **dict(pairs), **addresses})
    assert (settings.broker.url, settings.logs.format) == ("amqp://h:5672/", "json")


def test_there_is_no_password_in_any_file() -> None:
    for name in FILES:
        for line in (FOLDER / name).read_text().splitlines():
            assert not re.search(r"PASS\w*: (?!\$\{\w+:\?)", line), line
    assert re.findall(r"^\w+=.+$", (FOLDER / "example.env").read_text(), re.MULTILINE) == []
    variables = set(re.findall(r"\$\{(\w+):\?", "".join((FOLDER / name).read_text() for name in FILES)))
    assert variables == set(re.findall(r"^(\w+)=", (FOLDER / "example.env").read_text(), re.MULTILINE))


def test_ports_are_open_on_this_machine_only() -> None:
    for name in FILES:
        for service in read(name)["services"].values():
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_second_file_adds_to_the_first() -> None:
    first, second = read("compose.yaml"), read("compose.observability.yaml")
    assert first["name"] == second["name"]
    assert not first["services"].keys() & second["services"].keys()
    for service in second["services"].values():
        for needed in service.get("depends_on", {}):
            assert needed in {**first["services"], **second["services"]}


def test_what_is_mounted_is_there() -> None:
    for name in FILES:
        for service in read(name)["services"].values():
            for mount in service.get("volumes", []):
                if mount.startswith("./"):
                    path = FOLDER / mount.split(":")[0]
                    assert path.is_file() or any(path.iterdir()), path


def test_prometheus_knows_its_neighbours_by_the_names_that_they_have() -> None:
    services = {**read("compose.yaml")["services"], **read("compose.observability.yaml")["services"]}
    text = (FOLDER / "prometheus" / "prometheus.yml").read_text()
    targets = re.findall(r'"([\w-]+):\d+"', text)
    assert targets
    assert set(targets) <= services.keys()
    (source,) = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/tickworks.yaml").read_text())[
        "datasources"
    ]
    assert source["url"].partition("//")[2].partition(":")[0] in services
    (provider,) = yaml.safe_load((FOLDER / "grafana/provisioning/dashboards/tickworks.yaml").read_text())[
        "providers"
    ]
    mounts = [mount.split(":")[1] for mount in services["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounts
