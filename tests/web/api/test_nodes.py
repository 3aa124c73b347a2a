"""Can a program see nodes and run groups over HTTP, and an admin's program drain and resize a node?"""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from domain.time.clock import rfc3339
from store import database, node, setting
from tests.support.visitors import Application
from web.shown import groups, nodes

NODES = "/api/v1/nodes"


@pytest.fixture
def admin(application: Application) -> TestClient:
    """A program of an admin; the node n1 is up."""
    site, now = application.site, application.clock.now()
    services = list(site.services)
    database.write(
        lambda tx: node.join(
            tx,
            name="n1",
            incarnation="a",
            roles=["master"],
            services=services,
            host="h",
            version="1",
            now=now,
        )
    )
    return application.program(application.token("admin", "admin"))


def test_what_is_listed_is_what_the_command_line_lists(application: Application, admin: TestClient) -> None:
    assert admin.get(NODES).json() == {"nodes": nodes.listing(database.read())}
    assert admin.get("/api/v1/groups").json() == {"groups": groups.listing(application.site, database.read())}


def test_a_node_is_drained_and_taken_back(application: Application, admin: TestClient) -> None:
    said = admin.post(f"{NODES}/n1/drain", json={"timeout": 30})
    assert (said.status_code, said.json()["node"]["state"]) == (202, "draining")
    assert said.json()["until"] == rfc3339(application.clock.now() + 30)
    back = admin.post(f"{NODES}/n1/undrain")
    assert (back.json()["node"]["state"], back.json()["changed"]) == ("up", True)
    assert not admin.post(f"{NODES}/n1/undrain").json()["changed"]


def test_a_size_is_kept_for_the_node(admin: TestClient) -> None:
    assert admin.post(f"{NODES}/n1/resize", json={"processes": 2, "threads": 8}).status_code == 200
    assert setting.get(database.read(), "size n1") == {"processes": 2, "threads": 8}


@pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)
def test_what_is_wrong_is_refused(application: Application, admin: TestClient) -> None:
    assert admin.post(f"{NODES}/n1/resize", json={"processes": 0, "threads": 8}).status_code == 422
    assert admin.post(f"{NODES}/n1/drain", json={"timeout": -1}).status_code == 422
    for verb in ("drain", "undrain"):
        assert admin.post(f"{NODES}/nowhere/{verb}").status_code == 404
    operator = application.program(application.token("operator", "operator"))
    for verb in ("drain", "undrain", "resize"):
        assert operator.post(f"{NODES}/n1/{verb}", json={"processes": 1, "threads": 1}).status_code == 403
