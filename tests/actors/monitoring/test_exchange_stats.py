"""Are the figures, services and parts of mail servers kept as told, and as they were when nobody tells?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actors.monitoring import exchange_cpu_memory_stats, exchange_service_stats, exchange_volume_stats
from actors.service import Service, call
from actors.watching import sampled, server
from backends.error import BackendError
from backends.probe.reading import Counter, Reading, ServiceState
from domain.monitoring.figures import Counters
from node.site import Site
from store import database, mirror, sample
from tests.actors.monitoring.watched import Watched, watched
from tests.support.object_site import site
from tests.support.real_snmpd import AUTH_WORD, COMMUNITY, PRIVACY_WORD, USER, RealSnmpd
from tests.support.rows import run

__all__ = ["site"]

pytestmark = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)

V2C = {"read_by": "snmp_v2c", "community": "env:TOLD_COMMUNITY"}
V3 = {
    **{"read_by": "snmp_v3", "username": USER, "auth_protocol": "sha", "auth_password": "env:TOLD_AUTH"},
    "privacy_password": "env:TOLD_PRIVACY",
}


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COMMUNITY", COMMUNITY), ("AUTH", AUTH_WORD), ("PRIVACY", PRIVACY_WORD)):
        monkeypatch.setenv(f"TOLD_{name}", value)


def ready(site: Site, service: Service) -> Watched:
    """A run of a service that is running, on a site with one server that is no mail server."""
    made = watched(site, service)
    run(1, "running", service=service.name)
    made.add("server", name="web", read_by="local", kind="web")
    return made


def kept(name: str) -> dict[tuple[str, str], float]:
    server = database.read().value("SELECT id FROM server WHERE name = ?", (name,))
    rows = sample.latest(database.read(), sample.of_server(server))
    return {(metric, about): value for metric, about, _, value in rows}


@pytest.mark.covers("exchange_volume_stats", 1)
@pytest.mark.parametrize("way", [V2C, V3], ids=["v2c", "v3"])
def test_volumes_of_mail_servers_are_kept(site: Site, snmpd: RealSnmpd, way: dict[str, str]) -> None:
    scene = ready(site, exchange_volume_stats.run)
    scene.add("server", name="mx", kind="mail", address="127.0.0.1", port=snmpd.port, **way)
    outcome = call(exchange_volume_stats.run, scene.context, None)
    assert outcome is not None
    assert (outcome.kind, outcome.counts["servers"], outcome.counts["failed"]) == ("done", 1, 0)
    figures = kept("mx")
    assert {metric for metric, _ in figures} == {
        f"disk.{part}" for part in ("used_bytes", "free_bytes", "total_bytes", "used_percent")
    }
    assert 0 < figures["disk.used_percent", "/"] < 100
    assert kept("web") == {}


@pytest.mark.covers("exchange_cpu_memory_stats", 1)
def test_cpu_and_memory_of_a_windows_or_other_exporter(site: Site, exporter: int) -> None:
    scene = ready(site, exchange_cpu_memory_stats.run)
    given = {"kind": "mail", "address": "127.0.0.1", "port": exporter, "read_by": "prometheus"}
    scene.add("server", name="mx", **given)
    call(exchange_cpu_memory_stats.run, scene.context, None)
    figures = kept("mx")
    assert 0 <= figures["cpu.percent", ""] <= 100
    assert 0 < figures["memory.used_percent", ""] < 100
    assert not any(metric.startswith("disk") for metric, _ in figures)


def test_one_server_that_is_silent_hides_no_other(
    site: Site, exporter: int, snmpd: RealSnmpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLD_COMMUNITY", "wrong")
    monkeypatch.setattr(server, "SNMP_TIMEOUT", 0.2)
    scene = ready(site, exchange_cpu_memory_stats.run)
    scene.add("server", name="dumb", kind="mail", address="127.0.0.1", port=snmpd.port, **V2C)
    given = {"kind": "mail", "address": "127.0.0.1", "port": exporter, "read_by": "prometheus"}
    scene.add("server", name="mx", **given)
    outcome = call(exchange_cpu_memory_stats.run, scene.context, None)
    assert outcome is not None
    assert (outcome.kind, outcome.counts["failed"]) == ("done", 1)
    assert "dumb: 127.0.0.1" in outcome.message
    assert "wrong" not in outcome.message.replace("wrong community", "")
    assert kept("mx")
    assert kept("dumb") == {}
    rows = database.read().all(
        "SELECT o.name, s.good FROM server_state s JOIN server o ON o.id = s.server_id ORDER BY 1"
    )
    assert [(name, bool(good)) for name, good in rows] == [("dumb", False), ("mx", True)]


def test_all_silent_is_a_failure(site: Site) -> None:
    scene = ready(site, exchange_volume_stats.run)
    scene.add("server", name="mx", kind="mail", address="127.0.0.1", port=1, read_by="prometheus")
    outcome = call(exchange_volume_stats.run, scene.context, None)
    assert outcome is not None
    assert outcome.kind == "failed"


@pytest.mark.covers("exchange_service_stats", 1, 2)
def test_services_and_parts_are_mirrored(site: Site, snmpd: RealSnmpd) -> None:
    scene = ready(site, exchange_service_stats.run)
    made = scene.add("server", name="mx", kind="mail", address="127.0.0.1", port=snmpd.port, **V2C)
    outcome = call(exchange_service_stats.run, scene.context, None)
    assert outcome is not None
    assert outcome.kind == "done", outcome.message
    tx, source = database.read(), sample.of_server(made["id"])
    services = {row["name"]: row["attrs"] for row in mirror.objects(tx, source, "service")}
    assert services["snmpd"]["running"] is True
    parts = {row["name"]: row["attrs"]["value"] for row in mirror.objects(tx, source, "part")}
    assert parts["name"] == "snmp.example.org"
    assert int(parts["memory"].split()[0]) > 2**20


class Told:
    """What a server says next, instead of a server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.says: Reading | BackendError = Reading()
        monkeypatch.setattr(sampled, "reading", self.read)

    async def read(self, *_: Any, **more: Any) -> tuple[Reading, Counters]:
        if isinstance(self.says, BackendError):
            raise self.says
        return self.says, Counters(0.0)


def services(*names: str) -> Reading:
    return Reading(services=tuple(ServiceState(name, True, "running") for name in names))


def test_a_much_shorter_list_marks_nothing_as_gone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(monkeypatch)
    scene = ready(site, exchange_service_stats.run)
    made = scene.add("server", name="mx", kind="mail", address="127.0.0.1", read_by="prometheus")
    source = sample.of_server(made["id"])

    def look(says: Reading | BackendError) -> tuple[str, int, int]:
        told.says = says
        scene.context.advance(300)
        steps = len(scene.context.ports.ended_steps)
        call(exchange_service_stats.run, scene.context, None)
        tx = database.read()
        there, gone = (len(mirror.objects(tx, source, "service", gone=each)) for each in (False, True))
        return scene.context.ports.ended_steps[steps].state, there, gone

    names = [f"s{number}" for number in range(60)]
    parts = {"name": "mx"}
    assert look(replace(services(*names), inventory=parts)) == ("done", 60, 0)
    assert look(services()) == ("failed", 60, 0)
    assert look(services(*names[:10])) == ("failed", 60, 0)
    assert look(BackendError("unreachable", "mx:161: silent")) == ("failed", 60, 0)
    assert look(services(*names[:-1], "renamed")) == ("done", 60, 1)


def test_what_a_reboot_or_a_wrap_would_say_is_left_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Reading] = []

    async def read(*_: Any) -> Reading:
        return said[-1]

    monkeypatch.setattr(server, "_read", read)
    monkeypatch.setattr(server, "AGAIN", ())
    scene = ready(site, exchange_cpu_memory_stats.run)
    scene.add("server", name="mx", kind="mail", address="127.0.0.1", read_by="prometheus")
    found: list[float | None] = []
    for busy, total, up in (
        (100.0, 1000.0, 5000.0),
        (250.0, 1300.0, 5300.0),
        (5.0, 100.0, 50.0),
        (35.0, 400.0, 350.0),
    ):
        said.append(
            Reading(
                counters=(Counter("cpu.busy_seconds", "", busy), Counter("cpu.total_seconds", "", total)),
                up=up,
            )
        )
        scene.context.advance(300)
        call(exchange_cpu_memory_stats.run, scene.context, None)
        at = scene.context.now.timestamp()
        rows = sample.series(database.read(), sample.of_server(2), "cpu.percent", "", at - 1)
        found.append(rows[0].mean if rows else None)
    assert found == [None, 50.0, None, 10.0]
