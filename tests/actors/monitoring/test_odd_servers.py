"""Are odd answers of real servers read as they were meant: volumes shown twice, wraps, reboots, other names?

The agent's rows are made by its own `override`; the exporter reads files of the kernel that are written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.monitoring import exchange_cpu_memory_stats, exchange_service_stats, exchange_volume_stats
from actors.service import Service, call
from actors.watching import sampled, server
from node.site import Site
from store import database, mirror, sample
from tests.actors.monitoring.watched import Watched, watched
from tests.support.object_site import site
from tests.support.real_node_exporter import real_node_exporter
from tests.support.real_snmpd import COMMUNITY, RealSnmpd
from tests.support.rows import run

__all__ = ["site"]

pytestmark = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)

STORAGE, FILE_SYSTEM, PROCESS = "1.3.6.1.2.1.25.2.3.1", "1.3.6.1.2.1.25.3.8.1", "1.3.6.1.2.1.25.4.2.1"
CARD, UPTIME = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.25.1.1.0"
#: 12 TiB in units of 4 KiB is more than 31 bits hold: agents say it with a sign.
LARGE = (12 * 2**40 // 4096) - 2**32


def override(oid: str, kind: str, value: object) -> str:
    return f"override .{oid} {kind} {value}"


def volume(row: int, about: str, unit: int, size: int, used: int) -> list[str]:
    values = (
        *((1, "integer", row), (2, "object_id", ".1.3.6.1.2.1.25.2.1.4"), (3, "octet_str", f'"{about}"')),
        *((4, "integer", unit), (5, "integer", size), (6, "integer", used)),
    )
    return [override(f"{STORAGE}.{column}.{row}", kind, value) for column, kind, value in values]


def process(row: int, name: str) -> list[str]:
    columns = ((1, "integer", row), (2, "octet_str", f'"{name}"'), (7, "integer", 1))
    return [override(f"{PROCESS}.{column}.{row}", kind, value) for column, kind, value in columns]


def a_mail_server(site: Site, service: Service, port: int, **values: str) -> tuple[Watched, str]:
    """A run of a service, and the source of the samples of the one server there is."""
    scene = watched(site, service)
    run(1, "running", service=service.name)
    made = scene.add("server", name="mx", kind="mail", address="127.0.0.1", port=port, **values)
    return scene, sample.of_server(made["id"])


@pytest.fixture
def v2c(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("TOLD_COMMUNITY", COMMUNITY)
    return {"read_by": "snmp_v2c", "community": "env:TOLD_COMMUNITY"}


def kept(source: str) -> dict[tuple[str, str], float]:
    return {(metric, about): value for metric, about, _, value in sample.latest(database.read(), source)}


def test_volumes_of_an_agent_count_once_with_their_whole_size(
    site: Site, snmpd: RealSnmpd, v2c: dict[str, str]
) -> None:
    snmpd.say(
        *volume(901, "/data", 4096, LARGE, 1000),
        *volume(902, "/srv/www/data", 4096, LARGE, 1000),
        *volume(903, "/media/cd", 2048, 3000, 3000),
        *volume(904, r"C:\\ Label:System  Serial Number 1a2b3c4d", 4096, 5000, 100),
        *volume(905, r"\\\\?\\Volume{5f1b}\\", 4096, 7000, 70),
        *volume(906, "/nonsense", 4096, 1000, 2000),
        override(f"{FILE_SYSTEM}.1.951", "integer", 951),
        override(f"{FILE_SYSTEM}.5.951", "integer", 2),
        override(f"{FILE_SYSTEM}.7.951", "integer", 903),
    )
    scene, source = a_mail_server(site, exchange_volume_stats.run, snmpd.port, **v2c)
    call(exchange_volume_stats.run, scene.context, None)
    totals = {about: value for (metric, about), value in kept(source).items() if metric == "disk.total_bytes"}
    totals.pop("/")  # that of this machine
    assert totals == {"/data": 12 * 2**40, "C:\\": 5000 * 4096, "\\\\?\\Volume{5f1b}\\": 7000 * 4096}
    assert "/nonsense" in str(database.read().value("SELECT text FROM server_state"))


def test_a_counter_of_32_bits_that_wraps_goes_on_and_a_restart_is_a_gap(
    site: Site, snmpd: RealSnmpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN", ())
    monkeypatch.setenv("TOLD_OLD", "old-agent")
    way = {"read_by": "snmp_v2c", "community": "env:TOLD_OLD"}
    scene, source = a_mail_server(site, exchange_cpu_memory_stats.run, snmpd.port, **way)

    def speed(received: int, ticks: int) -> float | None:
        snmpd.say(
            "view narrow included .1",
            "view narrow excluded .1.3.6.1.2.1.31",  # an agent without counters of 64 bits
            "rocommunity old-agent 127.0.0.1 -V narrow",
            override(f"{CARD}.2.901", "octet_str", '"old0"'),
            override(f"{CARD}.3.901", "integer", 6),
            override(f"{CARD}.5.901", "unsigned", 100_000_000),
            override(f"{CARD}.10.901", "counter", received),
            override(UPTIME, "timeticks", ticks),
        )
        scene.context.advance(300)
        assert sampled.sample_servers(scene.context, sampled.readable()).kind == "done"
        at = scene.context.now.timestamp()
        rows = sample.series(database.read(), source, "network.received_bytes_per_second", "old0", at - 1)
        return rows[0].mean if rows else None

    assert speed(2**32 - 1000, 500_000) is None
    assert speed(2000, 530_000) == 10.0
    assert speed(900_000, 1_000) is None, "the machine started in between"
    assert speed(903_000, 31_000) == 10.0


def test_a_service_that_was_renamed_is_gone_and_a_new_one_there(
    site: Site, snmpd: RealSnmpd, v2c: dict[str, str]
) -> None:
    scene, source = a_mail_server(site, exchange_service_stats.run, snmpd.port, **v2c)
    gone = []
    for name in ("mail-transport", "mail-submission"):
        snmpd.say(*process(2**31 - 9, name))
        scene.context.advance(300)
        call(exchange_service_stats.run, scene.context, None)
        tx = database.read()
        there = {row["name"] for row in mirror.objects(tx, source, "service")}
        assert name in there
        gone.append({row["name"] for row in mirror.objects(tx, source, "service", gone=True)})
    assert "mail-transport" not in gone[0]
    assert "mail-transport" in gone[1]
    assert "snmpd" not in gone[1]


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
/dev/sdb1 /srv/www/data ext4 rw 0 0
/dev/sdb1 /data ext4 rw 0 0
/dev/sr0 /cd iso9660 ro 0 0
/dev/sr1 /dvd xfs ro 0 0
/dev/loop3 /image ext4 ro 0 0
/dev/sdc1 /kept ext4 ro 0 0
/dev/sdd1 /away ext4 rw 0 0
"""


class Machine:
    """What its kernel says, in files: `processors` for /proc/stat."""

    def __init__(self, folder: Path) -> None:
        self.kernel, self.root = folder / "proc", folder / "root"
        for place in ("1", "net"):
            (self.kernel / place).mkdir(parents=True)
        for place in ("data", "srv/www/data", "cd", "dvd", "image", "kept"):
            (self.root / place).mkdir(parents=True)
        for name in ("meminfo", "loadavg", "net/dev"):
            (self.kernel / name).write_text((Path("/proc") / name).read_text())
        (self.kernel / "1" / "mounts").write_text(MOUNTS)
        self.processors(100, 900, boot=0)

    def processors(self, busy: int, idle: int, *, boot: float) -> None:
        """Seconds of one processor since the start at `boot` (epoch s)."""
        ticks = f"{busy * 100} 0 0 {idle * 100} 0 0 0 0 0 0"
        text = f"cpu  {ticks}\ncpu0 {ticks}\nintr 0\nctxt 0\nbtime {boot:.0f}\nprocesses 1\n"
        (self.kernel / "stat").write_text(text)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, int]]:
    """One whose exporter listens on a port."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    paths = (f"--path.procfs={made.kernel}", f"--path.rootfs={made.root}")
    with real_node_exporter(*paths, systemd=False) as port:
        yield made, port


def test_volumes_of_an_exporter_count_once_without_media(site: Site, machine: tuple[Machine, int]) -> None:
    _, port = machine
    scene, source = a_mail_server(site, exchange_volume_stats.run, port, read_by="prometheus")
    call(exchange_volume_stats.run, scene.context, None)
    # What nobody may write to any more is still looked at; a bind mount stands at its shortest place.
    assert {about for _, about in kept(source)} == {"/", "/data", "/kept"}


def test_a_reboot_of_an_exporters_machine_is_a_gap(
    site: Site, machine: tuple[Machine, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN", ())
    told, port = machine
    scene, source = a_mail_server(site, exchange_cpu_memory_stats.run, port, read_by="prometheus")
    began = scene.context.now.timestamp()

    def use(busy: int, idle: int, boot: float) -> float | None:
        told.processors(busy, idle, boot=boot)
        scene.context.advance(300)
        call(exchange_cpu_memory_stats.run, scene.context, None)
        at = scene.context.now.timestamp()
        rows = sample.series(database.read(), source, "cpu.percent", "", at - 1)
        return rows[0].mean if rows else None

    assert use(100, 900, began - 1000) is None
    assert use(250, 1050, began - 1000) == pytest.approx(50)
    assert use(5, 95, began + 800) is None
    assert use(35, 365, began + 800) == pytest.approx(10)
