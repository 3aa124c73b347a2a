"""Do the image's own commands work, for a user who may write nothing but var?

No container engine is needed: the virtual environment is made by the Dockerfile's lines from the
files that it copies, in a folder of its own, and its entry point is started as the image's user.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docker.image import ROOT, Image
from tests.support.process import end, start
from tests.support.until import until

IMAGE = Image()
USER, GROUP = (int(word) for word in IMAGE.one("USER").split(":"))

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Container:
    """The image's virtual environment and a work folder in which only var can be written."""

    environment: Path
    folder: Path

    def command(self, *words: str) -> list[str]:
        """What an engine would start, without the init that only stands before it."""
        assert IMAGE.entrypoint[:2] == ["tini", "--"]
        program = str(self.environment / "bin" / IMAGE.entrypoint[2])
        return [*self._as_user(), program, *words]

    def started(self, *words: str) -> list[str]:
        """The same for a process that goes on, and is started elsewhere."""
        return ["env", f"--chdir={self.folder}", *self.command(*words)]

    def env(self, given: Mapping[str, str]) -> dict[str, str]:
        """The image's variables and those of the container, and nothing of this machine's."""
        path = IMAGE.env["PATH"].replace("/opt/tickworks", str(self.environment))
        return {**IMAGE.env, "PATH": path.replace("$PATH", os.environ["PATH"]), **given}

    def run(self, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
        """A container that ends by itself."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.env(given),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def _as_user(self) -> list[str]:
        if os.geteuid() != 0:
            return []  # we are no root either
        return ["setpriv", f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups", "--no-new-privs"]


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """The virtual environment, made by the image's lines."""
    # In a folder that the image's user may enter, which those of pytest are not.
    folder = Path(tempfile.mkdtemp(prefix="image"))
    folder.chmod(0o755)
    source, environment = folder / "build", folder / "opt"
    for name in IMAGE.copied:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            source.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    for line in IMAGE.install:
        command = line.replace("/opt/tickworks", str(environment))
        if command.startswith("python "):
            command = sys.executable + command.removeprefix("python")
        done = subprocess.run(command, shell=True, cwd=source, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr[-2000:]
    shutil.rmtree(source)
    _protect(environment)
    yield environment
    _protect(environment, writable=True)
    shutil.rmtree(folder)


@pytest.fixture
def container(built: Path) -> Iterator[Container]:
    folder = Path(tempfile.mkdtemp(prefix="container"))
    (folder / "var").mkdir()
    if os.geteuid() == 0:
        os.chown(folder / "var", USER, GROUP)
    folder.chmod(0o555)
    yield Container(built, folder)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _protect(folder: Path, *, writable: bool = False) -> None:
    """Take the right to write from all files, as on a read-only root, or give it back."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IWUSR if writable else mode & ~0o222)


def test_without_its_settings_it_says_so_in_one_line(container: Container) -> None:
    for words in (["up"], ["node"], ["migrate"], ["beat"], ["web"]):
        said = container.run(*words)
        (line,) = said.stderr.splitlines()
        assert (said.returncode, said.stdout) == (2, "")
        assert "the variable DATABASE_URL is not set" in line


def test_a_misspelt_setting_is_one_line(container: Container) -> None:
    said = container.run("node", DATABASE_URL="sqlite:///var/t.db", TICKWORKS_NODE__ROLE="master")
    assert (said.returncode, len(said.stderr.splitlines())) == (2, 1)
    assert "TICKWORKS_NODE__ROLES" in said.stderr


def test_a_database_that_is_away_is_one_line_without_its_password(container: Container) -> None:
    said = container.run("migrate", DATABASE_URL="postgresql://u:pl4nted@127.0.0.1:1/x")
    assert (said.returncode, len(said.stderr.splitlines())) == (5, 1)
    assert "pl4nted" not in said.stderr + said.stdout


def test_it_runs_and_drains_and_writes_only_var(container: Container) -> None:
    given = {
        "DATABASE_URL": "sqlite:///var/tickworks.db",
        "TICKWORKS_WEB__HOST": "127.0.0.1",
        "TICKWORKS_WEB__PORT": "0",
        "TICKWORKS_NODE__NAME": "c1",
    }
    assert container.run(*IMAGE.health[1:], **given).returncode == 5
    log = container.folder / "var" / "said.log"
    log.touch()
    process = start(container.started("up"), log=log, env=container.env(given))
    try:
        until(lambda: process.poll() is not None or "Ctrl-C" in log.read_text(), "it is up", seconds=60)
        assert process.poll() is None, log.read_text()
        until(lambda: '"state": "up"' in container.run("nodes", "--json", **given).stdout, "its node is up")
        until(lambda: container.run(*IMAGE.health[1:], **given).returncode == 0, "it is healthy", seconds=90)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()
    finally:
        end(process)
    assert '"state": "left"' in container.run("nodes", "--json", **given).stdout
    assert [path.name for path in container.folder.iterdir()] == ["var"]
    assert "Traceback" not in log.read_text()


def test_replicas_of_one_definition_are_nodes_of_their_own(container: Container, postgresql_url: str) -> None:
    try:
        subprocess.run(["unshare", "--uts", "hostname", "c1"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("host names of one's own need root")
    given = {"DATABASE_URL": postgresql_url, "TICKWORKS_NODE__ROLES": "processing"}
    assert container.run("migrate", **given).returncode == 0
    words = container.started("node")
    named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"']
    log = container.folder / "var" / "said.log"
    replicas = [start([*named, host, *words], log=log, env=container.env(given)) for host in ("c1", "c2")]

    def states() -> dict[str, str]:
        nodes = json.loads(container.run("nodes", "--json", **given).stdout)["nodes"]
        return {node["name"]: node["state"] for node in nodes}

    try:
        until(lambda: states() == {"c1": "up", "c2": "up"}, "both are nodes", seconds=60)
        replicas[0].send_signal(signal.SIGTERM)
        assert replicas[0].wait(60) == 0, log.read_text()
        assert states() == {"c1": "left", "c2": "up"}
    finally:
        for each in replicas:
            end(each, how=signal.SIGTERM)
    assert states() == {"c1": "left", "c2": "left"}
