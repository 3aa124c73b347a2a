"""The web application in this process, with users of each role and clients that visit it.

`application` is a fixture on both databases; a folder of tests imports it into its conftest.py,
together with those of `tests.support.engine_database`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from config.load import load
from node.site import Site, open_site
from store import change, database, service
from tests.support.clock import FakeClock
from tests.support.one_loop import one_loop
from web.access import passwords
from web.access.who import ROLES
from web.acts import tokens, users
from web.app import build

FILE = """
[node]
name = "n1"
[site]
zone = "UTC"
profiles = []
"""
HOST = "127.0.0.1:8080"
PASSWORD = "a password for tests"
#: What a browser sends with a form of our own page.
OWN_PAGE = {"sec-fetch-site": "same-origin"}


@dataclass
class Application:
    """A site's application; a user of each role is there, named as the role."""

    site: Site
    clock: FakeClock
    app: FastAPI
    loop: BlockingPortal
    clients: list[TestClient] = field(default_factory=list)

    def visitor(self, address: str = "192.0.2.1", **headers: str) -> TestClient:
        """Somebody's browser, with cookies of its own; it follows no redirects."""
        client = TestClient(
            self.app,
            base_url=f"http://{HOST}",
            headers={**OWN_PAGE, **headers},
            client=(address, 50000),
            follow_redirects=False,
        )
        client.portal = self.loop
        self.clients.append(client)
        return client

    def signed_in(self, name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> TestClient:
        """A browser whose user has signed in."""
        client = self.visitor(address)
        answer = client.post("/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        return client

    def program(self, token: str) -> TestClient:
        """A program with a token, which sends nothing that only browsers send."""
        client = self.visitor(authorization=f"Bearer {token}")
        del client.headers["sec-fetch-site"]
        return client

    def token(self, owner: str = "admin", role: str = "viewer", days: float | None = 30) -> str:
        return tokens.add(self.site, "a program", owner=owner, role=role, days=days, by="a test")

    def audit(self) -> list[dict[str, Any]]:
        """The audit trail, the newest first."""
        return change.latest(database.read())

    def add(self, name: str, role: str = "viewer", password: str | None = PASSWORD) -> str | None:
        return users.add(self.site, name, role, by="a test", password=password)


@pytest.fixture
def application(
    tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    yield from running_application(tmp_path, monkeypatch, FILE)


def running_application(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, host: str = "127.0.0.1"
) -> Iterator[Application]:
    """The application of a site with this configuration, on the open database, while a fixture lives."""
    # What a password costs is for attackers; tests check that it is compared, hundreds of times.
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: cheap)
    passwords._nobodys.cache_clear()
    (folder / "tickworks.toml").write_text(f'{text}\n[database]\nurl = "{database.url()}"\n')
    clock = FakeClock()
    site = replace(open_site(load(folder / "tickworks.toml", {})), clock=clock)
    declared = site.declared()
    database.write(lambda tx: service.sync(tx, declared, clock.now()))
    with one_loop() as loop:
        made = Application(site, clock, build(site, host), loop)
        for role in ROLES:
            made.add(role, role)
        yield made
        for client in made.clients:
            client.close()
        hub = getattr(made.app.state, "hub", None)
        if hub is not None:
            hub.close()
    passwords._nobodys.cache_clear()
