"""Is the image what a site may run: small, not root, honest about its health?"""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

from tests.docker.image import DOCKERFILE, ROOT, Image

LINTER = Path(sys.executable).parent / "hadolint"
IMAGE = Image()


def lint(path: Path) -> str:
    done = subprocess.run([LINTER, "--no-color", path], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_the_linter_has_nothing_to_say() -> None:
    assert lint(DOCKERFILE) == ""


def test_the_linter_would_find_a_shell_form(tmp_path: Path) -> None:
    broken = tmp_path / "Dockerfile"
    broken.write_text(DOCKERFILE.read_text().replace('CMD ["up"]', "CMD up"))
    assert "DL3025" in lint(broken)


def test_nothing_runs_as_root_and_only_var_is_written() -> None:
    assert IMAGE.one("USER") == "10001:10001"
    (volume,) = IMAGE.all("VOLUME")
    assert volume == f'["{IMAGE.one("WORKDIR")}/var"]'


def test_signals_reach_the_agent() -> None:
    assert IMAGE.entrypoint == ["tini", "--", "tickworks"]
    assert IMAGE.one("STOPSIGNAL") == "SIGTERM"


def test_the_health_check_asks_the_system() -> None:
    assert IMAGE.health == ["tickworks", "health"]


def test_every_package_and_every_extra_is_in_the_image() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    packages = {name.rstrip("*") for name in parser["options.packages.find"]["include"].split()}
    assert packages <= set(IMAGE.copied)
    shown = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines()}
    assert set(IMAGE.copied) <= shown
    extras = set(parser["options.extras_require"]) - {"test", "retired", "dashboards"}
    assert all(f"{extra}," in f"{IMAGE.install[1]}," or f"{extra}]" in IMAGE.install[1] for extra in extras)


def test_the_version_is_that_of_the_project() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    assert IMAGE.one("ARG") == f"VERSION={parser['metadata']['version']}"
