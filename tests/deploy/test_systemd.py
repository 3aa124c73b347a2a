"""Does systemd accept the units, and do they leave a drain its time?"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import COMMANDS
from config.load import load

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
#: Where the units expect the program; here it is elsewhere.
PROGRAM = "/opt/tickworks/.venv/bin/tickworks"
#: What `systemd-analyze security` gives at most: 10 is no hardening at all.
MOST_EXPOSED = 2.5


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no systemd-analyze")
    return subprocess.run(
        ["systemd-analyze", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LC_ALL": "C"},
    )


def here(folder: Path, name: str, **changed: str) -> Path:
    """The unit with the program of this environment, and texts changed."""
    text = (FOLDER / name).read_text().replace(PROGRAM, str(Path(sys.executable).parent / "tickworks"))
    for old, new in changed.items():
        text = text.replace(f"{old}=", f"{new}=")
    path = folder / name.replace("@", "@processing")
    path.write_text(text)
    return path


def section(name: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(FOLDER / name)
    return parser["Service"]


def test_there_is_a_unit_for_each_part() -> None:
    assert UNITS == ["tickworks-beat.service", "tickworks-node@.service", "tickworks-web.service"]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_to_say_about_it(name: str, tmp_path: Path) -> None:
    said = analyze("verify", "--man=no", here(tmp_path, name))
    # It reads all units of the machine, and has its say about those of others too.
    ours = [line for line in (said.stdout + said.stderr).splitlines() if "/lib/systemd/system/" not in line]
    assert (said.returncode, ours) == (0, [])


def test_systemd_would_find_a_misspelt_key(tmp_path: Path) -> None:
    said = analyze("verify", "--man=no", here(tmp_path, UNITS[0], WatchdogSec="WatchdogSecs"))
    assert re.search("Unknown key.* 'WatchdogSecs'", said.stderr)


@pytest.mark.parametrize("name", UNITS)
def test_it_is_shut_in(name: str, tmp_path: Path) -> None:
    said = analyze("security", "--offline=true", "--no-pager", here(tmp_path, name))
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", said.stdout)
    assert found is not None
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("name", UNITS)
def test_it_starts_a_command_that_exists_and_hears_of_its_agent(name: str) -> None:
    service = section(name)
    program, command = service["ExecStart"].split()
    assert (program, command in COMMANDS) == (PROGRAM, True)
    assert (service["Type"], service["NotifyAccess"], service["KillMode"]) == ("notify", "main", "mixed")
    assert float(service["WatchdogSec"]) >= 10


def test_a_node_has_the_time_to_drain() -> None:
    settings = load(environ={})
    needed = settings.node.drain_timeout + settings.coordinator.grace + 3 + 10
    assert float(section("tickworks-node@.service")["TimeoutStopSec"]) > needed


def test_the_instance_gives_a_node_its_roles_and_a_name_of_its_own() -> None:
    lines = (FOLDER / "tickworks-node@.service").read_text().splitlines()
    given = dict(
        line.removeprefix("Environment=").split("=") for line in lines if line.startswith("Environment=")
    )
    filled = {key: text.replace("%i", "processing").replace("%l", "m1") for key, text in given.items()}
    settings = load(environ=filled)
    assert (settings.node.name, settings.node.roles) == ("m1-processing", ("processing",))
    # The files come after these lines, so that what they say stands above.
    assert lines.index(f"Environment=TICKWORKS_NODE__ROLES={given['TICKWORKS_NODE__ROLES']}") < lines.index(
        "EnvironmentFile=-/etc/tickworks/node-%i.env"
    )
