"""Our packages have plain names: nobody else's may stand before them."""

from __future__ import annotations

import configparser
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]


def packages() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return [line.rstrip("*") for line in parser["options.packages.find"]["include"].split()]


def test_every_package_is_the_one_in_this_folder() -> None:
    for name in packages():
        spec = find_spec(name)
        assert spec is not None, name
        assert spec.origin == str(ROOT / name / "__init__.py")


def test_no_other_distribution_has_our_names() -> None:
    owners = packages_distributions()
    for name in packages():
        assert set(owners.get(name, ["tickworks"])) == {"tickworks"}


def test_every_package_on_disk_is_shipped() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert on_disk == set(packages())


def test_pyproject_stays_thin() -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(content) == {"build-system", "tool"}
    assert set(content["tool"]) == {"ruff"}


def test_every_dependency_is_pinned() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    wanted = parser["options"]["install_requires"].split() + parser["options.extras_require"]["test"].split()
    names = {
        word.split(">")[0].split("=")[0].split("<")[0].split("[")[0].lower()
        for word in wanted
        if word[0].isalpha()
    }
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    assert {name.replace("_", "-") for name in names} <= pinned
