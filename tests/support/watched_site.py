"""Servers and checks as a few looks have left them: one good, one that fails, one that nobody looked at."""

from __future__ import annotations

from domain.monitoring.check_state import CheckRule
from domain.monitoring.figures import Counters
from domain.objects.catalogue import find
from node.site import Site
from store import database, sample
from store.monitoring import check_state, server_state
from store.monitoring.check_state import Result, Start
from store.monitoring.server_state import Said
from web.acts.objects import Objects

NAMES = ("good", "bad", "new")
FIGURES = [
    ("cpu.percent", "", 42.0),
    ("memory.used_percent", "", 96.0),
    ("disk.used_percent", "/", 30.0),
    ("disk.used_percent", "/var", 88.0),
]


def watch(site: Site, looks: int = 2, *, server: str = "web1", group: str = "Web") -> None:
    """A server `server` in `group` with the checks of `NAMES`, looked at so often, a minute apart."""
    objects, now = Objects(site, by="ann"), site.clock.now() - 60 * looks
    made = objects.add(find("server"), {"name": server, "read_by": "local", "server_group": group}).object
    ids = {}
    for name in NAMES:
        values = {"server": server, "name": name, "kind": "http", "target": f"/{name}", "fail_after": 1}
        ids[name] = objects.add(find("check"), values).object["id"]
    for number in range(looks):
        _look(made["id"], ids, now + 60 * number)


def _look(server_id: int, ids: dict[str, int], at: float) -> None:
    starts = [Start(ids[name], 1, at + 60, at + 30) for name in ("good", "bad")]
    results = [
        Result(ids["good"], at + 30, CheckRule(1, 1), at, "good", "status 200", 0.02, "s", 0.02),
        Result(ids["bad"], at + 30, CheckRule(1, 1), at, "failed", "<b>status 500</b>", 0.5, "s", 0.5),
    ]
    database.write(lambda tx: check_state.begin(tx, starts, at))
    database.write(lambda tx: check_state.end(tx, results))
    said = Said(server_id, at, True, "", Counters(at))
    database.write(lambda tx: server_state.keep(tx, [said]))
    database.write(lambda tx: sample.add(tx, sample.of_server(server_id), FIGURES, at))
