"""Do run groups show who holds them, and the line in the order of grants?"""

from __future__ import annotations

from typing import Any

from store import database
from tests.web.shown.conftest import Scene
from web.shown import groups, nodes


def disk(scene: Scene) -> dict[str, Any]:
    """The group that the scene's services share."""
    return next(group for group in groups.listing(scene.site, database.read()) if group["name"] == "disk")


def test_a_free_group_has_no_holder(scene: Scene) -> None:
    group = disk(scene)
    assert group == {"name": "disk", "services": ["holder", "rival"], "holder": None, "waiting": []}


def test_the_line_stands_in_the_order_of_grants(scene: Scene) -> None:
    held = scene.ask("holder")
    scene.claim(held)
    older = scene.ask("rival")
    scene.clock.advance(1)
    urgent = scene.ask("rival", node="n1")
    scene.change("UPDATE run SET priority = 0 WHERE id = ?", (urgent,))
    group = disk(scene)
    assert (group["holder"]["run"], group["holder"]["node"]) == (held, "n1")
    assert [each["run"] for each in group["waiting"]] == [urgent, older]
    assert group["waiting"][0]["waiting_reason"] == "waits for group disk, held by Holder on n1 for 1 s"
    assert group["waiting"][1]["waiting_reason"].endswith("; 1 ahead")


def test_a_node_shows_its_slots_and_processes(scene: Scene) -> None:
    scene.ask("holder")
    (node,) = nodes.listing(database.read())
    assert (node["name"], node["state"], node["busy"], node["slots"]) == ("n1", "up", 1, 2)
    assert [(each["kind"], each["name"], each["pid"]) for each in node["processes"]] == [("worker", "w", 1)]
