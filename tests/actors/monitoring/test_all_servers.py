"""Does ServerStatsWork sample every server that is read, by whatever way?"""

from __future__ import annotations

import pytest

from actors.monitoring import server_stats
from actors.monitoring.server_stats import Options
from actors.service import call
from actors.watching import server
from node.site import Site
from store import database, sample
from tests.actors.monitoring.watched import watched
from tests.support.object_site import site
from tests.support.real_snmpd import COMMUNITY, RealSnmpd

__all__ = ["site"]

pytestmark = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


@pytest.mark.covers("server_stats", 1)
def test_servers_of_every_way_have_samples_and_roll_ups(
    site: Site, snmpd: RealSnmpd, exporter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN", (0.1,))
    scene = watched(site, server_stats.run)
    host = {"address": "127.0.0.1"}
    given = {"community": COMMUNITY, "port": snmpd.port, "read_by": "snmp_v2c"}
    scene.add("server", name="local", read_by="local")
    scene.add("server", name="snmp", **host, **given)
    scene.add("server", name="metrics", **host, port=exporter, read_by="prometheus")
    scene.add("server", name="gone", **host, port=1, read_by="prometheus")
    scene.add("server", name="unread", **host)
    scene.add("server", name="off", read_by="local", enabled=False)
    outcome = call(server_stats.run, scene.context, Options(shortest=0.1))
    assert outcome is not None
    assert (outcome.kind, outcome.counts["servers"], outcome.counts["failed"]) == ("done", 4, 1)
    assert "gone: http://127.0.0.1:1/metrics: nobody listens there" in outcome.message
    tx = database.read()
    names = {sample.of_server(row[0]): row[1] for row in tx.all("SELECT id, name FROM server")}
    found = {name: {each.metric for each in sample.latest(tx, node)} for node, name in names.items()}
    assert {name for name, metrics in found.items() if metrics} == {"local", "snmp", "metrics"}
    for name in ("local", "snmp", "metrics"):
        wanted = {"memory.used_percent", "disk.used_percent", "network.received_bytes_per_second"}
        assert found[name] >= wanted, name
    assert sample.latest(tx, "n1"), "the node itself"
    node = next(node for node, name in names.items() if name == "metrics")
    assert sample.series(tx, node, "memory.used_percent", "", 0, step=300)
