"""Who tells the database of a profile's services, now that no node does?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors import catalogue
from config.load import load
from node.install import install
from node.site import Site, open_site
from store import database, node, service
from web.acts import profiles
from web.acts.refusal import Refusal


@pytest.fixture
def site(engine_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site of core alone on a database of either kind, with a node; billing has one service."""
    core = tuple(path for path in catalogue.MODULES["core"] if path != "system.cleaner")
    shipped = {**catalogue.MODULES, "core": core, "billing": ("system.cleaner",)}
    monkeypatch.setattr(catalogue, "MODULES", shipped)
    file = tmp_path / "tickworks.toml"
    file.write_text(f'[database]\nurl = "{database.url()}"\n[site]\nprofiles = []\nzone = "UTC"\n')
    made = open_site(load(file, {}))
    install(made)
    joined(made, "n2", *made.services)
    yield made
    database.close()


def joined(site: Site, name: str, *services: str) -> None:
    now = site.clock.now()
    database.write(
        lambda tx: node.join(
            tx,
            name=name,
            incarnation="a",
            roles=["master"],
            services=services,
            host="h",
            version="1",
            now=now,
        )
    )


def present() -> set[str]:
    return {row["name"] for row in service.rows(database.read())}


def test_its_services_come_and_go_with_the_switch_whatever_nodes_still_have(site: Site) -> None:
    core = present()
    assert profiles.switch(site.settings, "billing", True, by="anna", now=site.clock.now())
    assert present() == core | {"cleaner"}
    joined(site, "n2", *core, "cleaner")
    assert profiles.switch(site.settings, "billing", False, by="anna", now=site.clock.now())
    assert present() == core


def test_what_another_node_brought_stays_when_a_profile_is_switched(site: Site) -> None:
    core = present()
    row = "UPDATE service SET name = 'of_n2' WHERE name = 'log_rotator'"
    database.write(lambda tx: tx.run(row))
    joined(site, "n2", "of_n2")
    assert profiles.switch(site.settings, "billing", True, by="anna", now=site.clock.now())
    assert present() >= core | {"of_n2"}


def test_a_profile_that_cannot_be_loaded_here_is_refused_before_anything_is_changed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = present()
    monkeypatch.setattr(catalogue, "MODULES", {**catalogue.MODULES, "billing": ("billing.nowhere",)})
    with pytest.raises(Refusal) as refused:
        profiles.switch(site.settings, "billing", True, by="anna", now=site.clock.now())
    assert refused.value.code == "missing_libraries"
    assert present() == before
    assert profiles.live_profiles(database.read()) == {}
