"""What does a process know of its site?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.catalogue import CatalogueError
from config.load import load
from config.problems import ConfigError
from config.settings import Settings
from coordinator.world import Rules
from node.site import active_profiles, open_site

Loaded = Callable[[str], Settings]

OWN = """
from dataclasses import dataclass
from actors import service

@dataclass(frozen=True)
class Options:
    size: int = 1

@service(title="Own", options=Options)
def own(context, options):
    return None
"""


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """The settings of a tickworks.toml with this text, in a folder of the test's own."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def from_text(text: str) -> Settings:
        (tmp_path / "tickworks.toml").write_text(text)
        return load(tmp_path / "tickworks.toml", {})

    return from_text


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (None, {"core", "monitoring"}),
        ({}, {"core", "monitoring"}),
        ({"voice": True}, {"core", "monitoring", "voice"}),
        ({"monitoring": False}, {"core"}),
        ({"monitoring": True, "voice": False}, {"core", "monitoring"}),
        ({"core": False}, {"core", "monitoring"}),
    ],
)
def test_a_live_switch_stands_above_the_file_and_core_stays(
    loaded: Loaded, live: dict[str, bool] | None, expected: set[str]
) -> None:
    assert active_profiles(loaded('[site]\nprofiles = ["monitoring"]'), live) == expected


def test_services_of_profiles_that_are_off_are_not_there(loaded: Loaded) -> None:
    settings = loaded("[site]\nprofiles = []")
    assert "server_stats" not in open_site(settings).catalogue.services
    assert "server_stats" in open_site(settings, {"monitoring": True}).services


def test_planned_and_legacy_services_cannot_run(loaded: Loaded) -> None:
    site = open_site(loaded('[site]\nprofiles = ["hosting", "retired"]'))
    idle = {name for name, service in site.catalogue.services.items() if service.planned or service.legacy}
    assert idle
    assert idle.isdisjoint(site.services)
    assert {row.name for row in site.declared()} == set(site.services)


def test_the_services_that_can_run_are_picked_once(loaded: Loaded) -> None:
    # Whoever asks for each of 5,000 in a loop would else pick 25 million.
    site = open_site(loaded("[site]\nprofiles = []"))
    assert site.services is site.services


def test_a_site_s_own_module_is_found_beside_its_file(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "own_in_a_folder.py").write_text(OWN)
    site = open_site(loaded('[catalogue]\nmodules = ["own_in_a_folder"]\n[service.own]\npriority = 2'))
    (own,) = [row for row in site.declared() if row.name == "own"]
    assert (site.services["own"].ours, own.defaults["priority"]) == (False, 2)


def test_a_module_that_is_not_there_is_named(loaded: Loaded) -> None:
    with pytest.raises(CatalogueError, match="no_such_services"):
        open_site(loaded('[catalogue]\nmodules = ["no_such_services"]'))


def test_a_default_its_service_cannot_take_is_refused_at_once(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "own_with_options.py").write_text(OWN)
    settings = loaded('[catalogue]\nmodules = ["own_with_options"]\n[service.own.options]\nsize = "many"')
    with pytest.raises(ConfigError, match=r"^\[service\.own\] option: size: "):
        open_site(settings)


def test_rules_and_zone_are_those_of_the_settings(loaded: Loaded) -> None:
    site = open_site(loaded('[coordinator]\nlease = 9\ngrace = 3\n[site]\nzone = "Europe/Kyiv"'))
    assert site.rules == Rules(age_step=60.0, reserve_after=60.0, lease=9.0, grace=3.0)
    assert site.zone.key == "Europe/Kyiv"
