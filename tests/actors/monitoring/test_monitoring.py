"""Do checks find what is wrong, once each time they are due, whatever the server does?"""

from __future__ import annotations

from datetime import datetime

import pytest

from actors.watching import server
from backends.probe import snmp_host
from node.site import Site
from store import database, sample
from tests.actors.monitoring.watched import Watched, watched
from tests.support.fault_proxy import FaultProxy
from tests.support.object_site import site
from tests.support.real_nginx import GOOD, RealNginx
from tests.support.real_snmpd import COMMUNITY, RealSnmpd

__all__ = ["site"]

# What the looks find is the same on every database; their statements have tests of their own.
pytestmark = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


@pytest.fixture
def scene(site: Site) -> Watched:
    made = watched(site)
    made.add("server", name="s", address="127.0.0.1", read_by="local")
    return made


@pytest.mark.covers("monitoring", 1)
def test_each_kind_of_web_check_finds_what_is_there(scene: Watched, nginx: RealNginx) -> None:
    ca = {"ca_file": nginx.ca_file}
    scene.check("page", kind="http", port=nginx.http, settings={"wanted": GOOD})
    scene.check("wrong", kind="http", port=nginx.http, target="wrong", settings={"unwanted": "Fatal error"})
    scene.check("circle", kind="http", target=nginx.url("/circle"))
    scene.check("moved", kind="http", target=nginx.url("/moved-twice"))
    scene.check("pool", kind="iis_site", target=nginx.url("/stopped-pool"))
    scene.check("site", kind="iis_site", target=nginx.url("/stopped-site"))
    scene.check("runs", kind="iis_site", target=nginx.url("/"))
    scene.check("port", kind="tcp", port=nginx.http)
    scene.check("days", kind="tls", target="localhost", port=nginx.good, settings=ca)
    scene.check(
        "soon",
        kind="tls",
        target="localhost",
        port=nginx.good,
        settings=ca,
        warning=40,
        critical=20,
        direction="below",
    )
    scene.check("expired", kind="tls", target="localhost", port=nginx.expired, settings=ca)
    outcome = scene.look()
    assert (outcome.counts["looked"], outcome.counts["good"], outcome.counts["bad"]) == (11, 5, 6)
    levels = {name: scene.found(name)[0] for name in ("page", "moved", "runs", "port", "days", "soon")}
    assert levels == {
        **dict.fromkeys(("page", "moved", "runs", "port"), "good"),
        "soon": "warning",
        "days": "good",
    }
    assert "holds Fatal error" in scene.found("wrong")[1]
    assert "redirects" in scene.found("circle")[1]
    assert "application pool is stopped" in scene.found("pool")[1]
    assert "no running site" in scene.found("site")[1]
    assert "expired on" in scene.found("expired")[1]


@pytest.mark.covers("monitoring", 1)
def test_a_server_is_read_once_for_all_its_checks(
    scene: Watched, snmpd: RealSnmpd, exporter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN", (0.1,))
    asked: list[str] = []
    real = snmp_host.levels
    monkeypatch.setattr(snmp_host, "levels", lambda agent: (asked.append(str(agent)), real(agent))[1])
    monkeypatch.setenv("COMMUNITY_OF_TESTS", COMMUNITY)
    scene.add(
        "server",
        name="snmp",
        address="127.0.0.1",
        port=snmpd.port,
        read_by="snmp_v2c",
        community="env:COMMUNITY_OF_TESTS",
    )
    scene.add("server", name="metrics", address="127.0.0.1", port=exporter, read_by="prometheus")
    for name in ("s", "snmp", "metrics"):
        # net-snmp knows its CPU some seconds after its start only.
        cpu = () if name == "snmp" else (("cpu", ""),)
        for kind, target in (*cpu, ("memory", ""), ("disk", "/"), ("network", "")):
            limits = {} if kind == "network" else {"critical": 101.0}
            scene.check(f"{name} {kind}", server=name, kind=kind, target=target, **limits)
    scene.check("none", kind="disk", target="/nowhere")
    scene.check("full", kind="memory", critical=0.001)
    scene.check("runs", server="snmp", kind="service", target="SNMPD")
    scene.check("renamed", server="snmp", kind="service", target="no-such-service")
    outcome = scene.look()
    assert outcome.counts["bad"] == 3, outcome.message
    assert len(asked) == 2  # what it tells as counters is read twice the first time
    assert "it has /" in scene.found("none")[1]
    assert "is at or above 0" in scene.found("full")[1]
    assert scene.found("renamed")[1].startswith("no-such-service does not run")
    assert scene.found("metrics disk")[1].endswith(" %")
    scene.look()
    assert len(asked) == 3  # from then on the counters of the time before are known


def test_what_never_answers_holds_up_nothing(scene: Watched, nginx: RealNginx) -> None:
    with FaultProxy(nginx.http) as proxy:
        proxy.hang()
        for number in range(3):
            scene.check(f"silent{number}", kind="http", port=proxy.port, timeout=0.5)
        scene.check("well", kind="http", port=nginx.http)
        outcome = scene.look()
    assert (outcome.counts["good"], outcome.counts["bad"]) == (1, 3)
    assert "within 0.5 s" in scene.found("silent0")[1]


def test_a_page_that_drips_is_given_up(scene: Watched, nginx: RealNginx) -> None:
    with FaultProxy(nginx.http) as proxy:
        proxy.drip(0.05)
        scene.check("drips", kind="http", port=proxy.port, timeout=0.5)
        scene.look()
    level, text = scene.found("drips")
    assert level == "failed"
    assert "within 0.5 s" in text


def test_a_port_that_is_half_open_fails_when_a_greeting_is_wanted(scene: Watched, nginx: RealNginx) -> None:
    with FaultProxy(nginx.http) as proxy:
        proxy.hang()
        settings = {"greeting": "SSH-2.0"}
        scene.check("half", kind="tcp", port=proxy.port, timeout=0.5, settings=settings)
        scene.look()
    assert scene.found("half") == ("failed", f"127.0.0.1:{proxy.port}: it does not answer in time")


def test_a_wrong_community_says_that_nobody_answered(
    scene: Watched, snmpd: RealSnmpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMUNITY_OF_TESTS", "wrong")
    monkeypatch.setattr(server, "SNMP_TIMEOUT", 0.2)
    given = {"address": "127.0.0.1", "port": snmpd.port, "read_by": "snmp_v2c"}
    scene.add("server", name="snmp", community="env:COMMUNITY_OF_TESTS", **given)
    scene.add("server", name="lost", community="env:NOT_SET_ANYWHERE", **given)
    scene.check("cpu", server="snmp", kind="cpu", timeout=1.0)
    scene.check("memory", server="lost", kind="memory", timeout=1.0)
    scene.look()
    assert scene.found("cpu")[0] == scene.found("memory")[0] == "failed"
    assert "NOT_SET_ANYWHERE" in scene.found("memory")[1]
    assert "wrong" not in scene.found("cpu")[1]


def test_a_check_is_looked_at_once_in_its_interval(scene: Watched, nginx: RealNginx) -> None:
    scene.check("page", kind="http", port=nginx.http, interval=300)
    looks = [scene.look(60).counts["looked"] for _ in range(11)]
    assert (looks[0], sum(looks[1:])) == (1, 2)  # at once, then at its own moment of each five minutes


def test_an_edited_check_is_looked_at_at_once(scene: Watched, nginx: RealNginx) -> None:
    from domain.objects.catalogue import find
    from web.acts.objects import Objects

    made = scene.check("page", kind="http", port=nginx.http, interval=86_400)
    scene.look()
    assert scene.look(1).counts["looked"] == 0
    Objects(scene.site, by="ann").change(find("check"), made["id"], {"target": "wrong"}, made["revision"])
    assert scene.look(1).counts["looked"] == 1


def test_a_check_that_is_still_looked_at_is_not_begun_again(scene: Watched, nginx: RealNginx) -> None:
    from actors.watching import round as rounds

    scene.check("page", kind="http", port=nginx.http, interval=10)
    first, _ = rounds.begin(scene.context)
    scene.context.advance(11)
    second, _ = rounds.begin(scene.context)
    assert (len(first), len(second)) == (1, 0)
    # Whose end was never told is given up, and a late word of it changes nothing.
    scene.context.advance(3600)
    third, _ = rounds.begin(scene.context)
    assert len(third) == 1
    assert rounds.look(scene.context, first, at_once=1).looked == 0
    assert rounds.look(scene.context, third, at_once=1).looked == 1


def test_a_stopped_run_keeps_what_it_has_and_gives_the_rest_back(scene: Watched, nginx: RealNginx) -> None:
    with FaultProxy(nginx.http) as proxy:
        proxy.hang()
        scene.check("silent", kind="http", port=proxy.port, timeout=60.0)
        scene.context.ports.stop_after = 5
        assert scene.look().kind == "partial"
        assert scene.state("silent")["level"] == "unknown"
        proxy.heal()
        scene.context.ports.stop, scene.context.ports.stop_after = None, None
        assert scene.look(1).counts["good"] == 1


def test_answers_are_kept_as_samples_of_the_server(scene: Watched, nginx: RealNginx) -> None:
    scene.check("page", kind="http", port=nginx.http)
    scene.check("broken", kind="http", port=nginx.http, target="broken")
    scene.look()
    found = database.read().value("SELECT id FROM server")
    kept = {
        (metric, about): value
        for metric, about, _, value in sample.latest(database.read(), sample.of_server(found))
    }
    assert kept["check.good", "page"] == 1
    assert kept["check.good", "broken"] == 0
    assert 0 < kept["check.seconds", "page"] < 3


def test_an_alert_opens_after_n_failures_and_closes_by_itself(scene: Watched, nginx: RealNginx) -> None:
    with FaultProxy(nginx.http) as proxy:
        scene.check("page", kind="http", port=proxy.port, timeout=1.0, fail_after=2, recover_after=2)
        proxy.refuse()
        opened = [scene.look().counts["opened"] for _ in range(3)]
        proxy.heal()
        closed = [scene.look().counts["closed"] for _ in range(3)]
    assert (opened, closed) == ([0, 1, 0], [0, 1, 0])


def test_a_check_that_is_good_and_bad_by_turns_leaves_one_alert_open(
    scene: Watched, nginx: RealNginx
) -> None:
    with FaultProxy(nginx.http) as proxy:
        scene.check("page", kind="http", port=proxy.port, timeout=1.0)
        opened = 0
        for turn in range(12):
            (proxy.refuse if turn % 2 else proxy.heal)()
            opened += scene.look().counts["opened"]
    assert opened == 2  # the second time it stays open until it was good more than once


def test_a_switched_off_server_is_left_alone(scene: Watched, nginx: RealNginx) -> None:
    scene.add("server", name="off", address="127.0.0.1", enabled=False)
    scene.check("page", server="off", kind="http", port=nginx.http)
    scene.check("off", kind="http", port=nginx.http, enabled=False)
    assert scene.look().counts["looked"] == 0


WINDOWS = """
windows_cpu_time_total{core="0,0",mode="idle"} 90
windows_cpu_time_total{core="0,0",mode="user"} 10
windows_cs_physical_memory_bytes 1000
windows_memory_available_bytes 20
windows_logical_disk_size_bytes{volume="C:"} 100
windows_logical_disk_free_bytes{volume="C:"} 25
windows_service_state{name="w3svc",state="running"} 1
windows_service_state{name="w3svc",state="stopped"} 0
windows_iis_current_application_pool_state{app="shop",state="Running"} 1
windows_iis_current_application_pool_state{app="old",state="Stopped"} 1
"""


def test_a_windows_server_is_checked_by_its_exporter(
    scene: Watched, nginx: RealNginx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN", ())
    (nginx.folder / "www" / "windows").write_text(WINDOWS)
    given = {"address": "127.0.0.1", "port": nginx.http, "path": "/windows", "read_by": "prometheus"}
    scene.add("server", name="win", **given)
    for kind, target in (("disk", "C:"), ("memory", ""), ("service", "W3SVC")):
        scene.check(kind, server="win", kind=kind, target=target)
    for pool in ("shop", "old", "gone"):
        scene.check(pool, server="win", kind="iis_pool", target=pool)
    scene.check("not windows", kind="iis_pool", target="shop")
    scene.look()
    levels = {name: scene.found(name)[0] for name in ("disk", "memory", "service", "shop", "old", "gone")}
    assert levels == {
        **dict.fromkeys(("disk", "service", "shop"), "good"),
        **dict.fromkeys(("memory", "old", "gone"), "failed"),
    }
    assert "it has old, shop" in scene.found("gone")[1]
    assert "Windows exporter" in scene.found("not windows")[1]


def test_a_check_of_seconds_is_looked_at_several_times_in_a_run(
    scene: Watched, nginx: RealNginx, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.check("page", kind="http", port=nginx.http, interval=10)
    scene.check("slow", kind="http", port=nginx.http, interval=60)

    def ticking() -> datetime:
        scene.context.advance(3)
        return scene.context.ports.time

    monkeypatch.setattr(scene.context.ports, "now", ticking)
    looked = scene.look().counts["looked"]
    assert 4 <= looked <= 8  # at once, then every 10 s of the 50; the other once or twice
