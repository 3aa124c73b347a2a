"""Does *test connection* of servers and checks say what works and what does not?"""

from __future__ import annotations

import pytest

from domain.objects.catalogue import find
from node.site import Site
from tests.actors.monitoring.watched import watched
from tests.support.object_site import add, site
from tests.support.real_nginx import RealNginx
from tests.support.real_snmpd import COMMUNITY, RealSnmpd
from web.acts.objects import Objects

__all__ = ["site"]

pytestmark = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


def lines_of(site: Site, kind: str, object_id: int) -> list[tuple[bool, str]]:
    return Objects(site, by="ann").test(find(kind), object_id)


def test_a_server_tells_its_figures(site: Site, snmpd: RealSnmpd) -> None:
    given = {"address": "127.0.0.1", "port": snmpd.port, "read_by": "snmp_v2c", "community": COMMUNITY}
    lines = lines_of(site, "server", add(site, "server", name="a", **given)["id"])
    assert lines[0][0]
    assert lines[0][1].startswith("snmp.example.org: ")
    assert any(text.startswith("disks: /") for _, text in lines)


def test_this_machine_tells_its_figures(site: Site) -> None:
    lines = lines_of(site, "server", add(site, "server", name="a", read_by="local")["id"])
    assert all(good for good, _ in lines), lines


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"read_by": "nothing"}, "nothing reads this server"),
        ({"read_by": "prometheus", "address": "127.0.0.1", "port": 1}, "nobody listens there"),
    ],
)
def test_a_server_that_cannot_be_read_says_why(site: Site, values: dict[str, object], said: str) -> None:
    ((good, text),) = lines_of(site, "server", add(site, "server", name="a", **values)["id"])
    assert not good
    assert said in text


def test_a_check_is_looked_at_once_and_nothing_is_kept(site: Site, nginx: RealNginx) -> None:
    scene = watched(site)
    scene.add("server", name="s", address="127.0.0.1", read_by="local")
    page = scene.check("page", kind="http", port=nginx.http)
    broken = scene.check("broken", kind="http", port=nginx.http, target="broken")
    memory = scene.check("memory", kind="memory", critical=100.5)
    ((good, text),) = lines_of(site, "check", page["id"])
    assert (good, text.startswith("good: status 200 (")) == (True, True)
    ((good, text),) = lines_of(site, "check", broken["id"])
    assert not good
    assert "status 500" in text
    assert lines_of(site, "check", memory["id"])[0][0]
    assert scene.look().counts["looked"] == 3
