"""The application on a site of each database, asked as a viewer, an operator or an admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient
from httpx import Response

from tests.support.one_loop import one_loop
from tests.web.shown.conftest import Scene, scene
from web.access import guard
from web.access.who import Who
from web.app import build

__all__ = ["Api", "Scene", "api", "scene"]


class Api:
    """Asks the application; each answer's JSON is checked by the test itself."""

    def __init__(self, scene: Scene, loop: BlockingPortal) -> None:
        self.app = build(scene.site, "127.0.0.1")
        self.client = TestClient(self.app, base_url="http://127.0.0.1")
        self.client.portal = loop
        self.who = Who("ann", "admin", "api", 1)

    def be(self, role: str, name: str = "ann") -> None:
        self.who = Who(name, role, "api", 1)

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(f"/api/v1{path}", **more)

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self._send("POST", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Response:
        return self._send("PATCH", path, body, headers)

    def edit(self, name: str, body: Any) -> Response:
        """An edit by somebody who has just looked."""
        return self.patch(f"/services/{name}", body, if_match=self.get(f"/services/{name}").headers["etag"])

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["sec-fetch-site"] = "same-origin"
        return self.client.request(method, f"/api/v1{path}", json=body, headers=named)


@pytest.fixture
def api(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    # Whoever asks comes with a token: which one it is does not matter here.
    monkeypatch.setattr(guard.tokens, "bearer", lambda header: "token")
    monkeypatch.setattr(guard.tokens, "who", lambda token, now: made.who)
    with one_loop() as loop:
        made = Api(scene, loop)
        yield made
