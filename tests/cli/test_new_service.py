"""Does the generated service work as it is?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Site


def test_its_test_passes_and_the_site_lists_it(site: Site) -> None:
    assert site.say("new-service", "tidy_up", "--folder", str(site.folder)).code == 0
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_tidy_up.py"]
    done = subprocess.run(
        test, cwd=site.folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert "2 passed" in done.stdout, done.stdout
    site.file.write_text('[catalogue]\nmodules = ["tidy_up"]\n')
    assert site.service("tidy_up")["schedule"] == "every 5 min"


def test_it_is_formatted(site: Site) -> None:
    site.say("new-service", "tidy_up", "--folder", str(site.folder))
    ruff = Path(sys.executable).with_name("ruff")
    checked = [str(site.folder / name) for name in ("tidy_up.py", "test_tidy_up.py")]
    subprocess.run([ruff, "format", "--check", "--line-length", "110", *checked], check=True)


def test_it_writes_over_nothing(site: Site) -> None:
    (site.folder / "test_tidy_up.py").write_text("mine")
    assert site.say("new-service", "tidy_up", "--folder", str(site.folder)).code == 2
    assert (site.folder / "test_tidy_up.py").read_text() == "mine"
    assert not (site.folder / "tidy_up.py").exists()


@pytest.mark.parametrize("name", ["Tidy", "1st", "class", "tidy-up", "cleaner", "../x"])
def test_a_name_that_cannot_be_one_is_refused(site: Site, name: str) -> None:
    assert site.say("new-service", name, "--folder", str(site.folder)).code == 2
