"""A site with objects, on both databases: `site` is a fixture to import, `add` makes an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from domain.objects.catalogue import find
from node.site import Site, key_source, open_site
from store import database, secret
from tests.support.clock import FakeClock
from web.acts.objects import Objects


@pytest.fixture
def site(engine_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Its secrets are sealed with a key of its own."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "tickworks.toml"
    file.write_text(f'[node]\nname = "n1"\n[database]\nurl = "{database.url()}"\n')
    made = replace(open_site(load(file, {})), clock=FakeClock())
    secret.use(key_source(made.settings))
    yield made
    monkeypatch.setattr(secret, "_source", None)


def add(site: Site, kind: str, /, by: str = "ann", **values: Any) -> dict[str, Any]:
    """A new object, as it is shown."""
    return Objects(site, by=by).add(find(kind), values).object
