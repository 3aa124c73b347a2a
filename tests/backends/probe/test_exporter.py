"""Does an exporter's text become the figures, services and inventory of its server?"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import psutil
import pytest

from backends.error import BackendError
from backends.probe import exporter, judge, node_metrics, windows_metrics
from backends.probe.exposed import exposed
from backends.probe.reading import Reading
from backends.probe.sweep import gather
from tests.support.fault_proxy import FaultProxy
from tests.support.real_nginx import RealNginx

NODE = """
node_cpu_seconds_total{cpu="0",mode="idle"} 700
node_cpu_seconds_total{cpu="0",mode="user"} 250
node_cpu_seconds_total{cpu="0",mode="iowait"} 50
node_filesystem_size_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 1000
node_filesystem_size_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/var/lib/bind mount"} 1000
node_filesystem_size_bytes{device="/dev/sdb1",fstype="xfs",mountpoint="/data"} 500
node_filesystem_size_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 9
node_filesystem_size_bytes{device="/dev/loop3",fstype="squashfs",mountpoint="/snap/x"} 9
node_filesystem_size_bytes{device="/dev/sdc1",fstype="ext4",mountpoint="/broken"} 9
node_filesystem_device_error{device="/dev/sdc1",fstype="ext4",mountpoint="/broken"} 1
node_filesystem_free_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 300
node_filesystem_free_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/var/lib/bind mount"} 300
node_filesystem_free_bytes{device="/dev/sdb1",fstype="xfs",mountpoint="/data"} 100
node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 200
node_filesystem_avail_bytes{device="/dev/sdb1",fstype="xfs",mountpoint="/data"} NaN
node_network_receive_bytes_total{device="lo"} 5
node_network_receive_bytes_total{device="eth0"} 7
node_systemd_unit_state{name="nginx.service",state="active",type="forking"} 1
node_systemd_unit_state{name="nginx.service",state="failed",type="forking"} 0
node_systemd_unit_state{name="mysql.service",state="active",type="simple"} 0
node_systemd_unit_state{name="mysql.service",state="failed",type="simple"} 1
node_systemd_unit_state{name="data.mount",state="active",type=""} 1
node_boot_time_seconds 900
"""

WINDOWS = """
windows_cpu_time_total{core="0,0",mode="idle"} 90
windows_cpu_time_total{core="0,0",mode="user"} 10
windows_cs_physical_memory_bytes 1000
windows_memory_available_bytes 400
windows_logical_disk_size_bytes{volume="C:"} 100
windows_logical_disk_free_bytes{volume="C:"} 25
windows_logical_disk_size_bytes{volume="HarddiskVolume4"} 5
windows_logical_disk_free_bytes{volume="HarddiskVolume4"} 0
windows_service_state{name="w3svc",state="running"} 1
windows_service_state{name="w3svc",state="stopped"} 0
windows_service_state{name="msexchangeis",state="running"} 0
windows_service_state{name="msexchangeis",state="stopped"} 1
windows_iis_current_application_pool_state{app="DefaultAppPool",state="Running"} 1
windows_iis_current_application_pool_state{app="DefaultAppPool",state="Disabled"} 0
windows_iis_current_application_pool_state{app="shop",state="Running"} 0
windows_iis_current_application_pool_state{app="shop",state="Disabled"} 1
windows_os_info{product="Microsoft Windows Server 2022 Standard",version="10.0.20348"} 1
windows_os_hostname{domain="example.org",fqdn="ex1.example.org",hostname="ex1"} 1
"""


def read(url: str, total: float = 20.0) -> Reading:
    (answer,) = gather({0: partial(exporter.read, url, now=time.time(), total=total)}).values()
    if isinstance(answer, BackendError):
        raise answer
    return answer


def test_a_real_exporter_tells_of_this_machine(node_exporter: int) -> None:
    reading = read(f"http://127.0.0.1:{node_exporter}/metrics")
    assert reading.value("memory.total_bytes") == psutil.virtual_memory().total
    assert reading.value("disk.total_bytes", "/") == pytest.approx(psutil.disk_usage("/").total, rel=0.01)
    assert reading.inventory["processors"] == str(psutil.cpu_count())
    assert reading.up == pytest.approx(time.time() - psutil.boot_time(), abs=60)
    assert {"cpu.busy_seconds", "cpu.total_seconds"} <= {each.metric for each in reading.counters}


def test_a_volume_counts_once_and_what_is_none_not_at_all() -> None:
    reading = node_metrics.reading(exposed("here", NODE), 1000)
    mounts = {about for metric, about, _ in reading.figures if metric == "disk.total_bytes"}
    assert mounts == {"/", "/data"}
    assert reading.value("disk.used_bytes", "/") == 700
    assert reading.value("disk.free_bytes", "/") == 200
    assert reading.value("disk.used_percent", "/") == pytest.approx(100 * 700 / 900)
    assert reading.value("disk.free_bytes", "/data") == 100  # what is no number is not used


def test_cpu_network_and_uptime_of_a_node() -> None:
    reading = node_metrics.reading(exposed("here", NODE), 1000)
    assert {(each.metric, each.object, each.value) for each in reading.counters} == {
        ("cpu.busy_seconds", "", 250),
        ("cpu.total_seconds", "", 1000),
        ("network.received_bytes", "eth0", 7),
    }
    assert reading.up == 100


def test_units_of_systemd_are_services() -> None:
    reading = node_metrics.reading(exposed("here", NODE), 1000)
    assert [(each.name, each.running) for each in reading.services] == [("mysql", False), ("nginx", True)]
    assert judge.service(reading, "mysql").text == "mysql is failed"


def test_a_windows_server_is_read_by_the_names_of_its_exporter() -> None:
    reading = windows_metrics.reading(exposed("here", WINDOWS), 1000)
    assert reading.value("memory.used_percent") == 60
    assert reading.value("disk.used_percent", "C:") == 75
    assert {about for _, about, _ in reading.figures} == {"", "C:"}
    assert judge.service(reading, "W3SVC").ok
    assert not judge.service(reading, "MSExchangeIS").ok
    assert reading.inventory["name"] == "ex1.example.org"


def test_application_pools_and_their_states() -> None:
    pools = windows_metrics.pools(exposed("here", WINDOWS))
    assert [(each.name, each.running, each.state) for each in pools] == [
        ("DefaultAppPool", True, "running"),
        ("shop", False, "disabled"),
    ]


def test_a_figure_that_is_not_there_is_bad_and_names_those_that_are() -> None:
    reading = node_metrics.reading(exposed("here", NODE), 1000)
    found = judge.figure(reading, "disk.used_percent", "/home", "%")
    assert (found.ok, found.text) == (False, "no disk.used_percent of /home; it has /, /data")
    assert judge.figure(reading, "disk.used_percent", "/", "%").value == pytest.approx(77.78, abs=0.01)


def test_a_page_that_is_no_exporter_is_refused(nginx: RealNginx) -> None:
    for path, kind in (("/", "invalid"), ("/locked", "auth"), ("/none", "missing"), ("/large", "invalid")):
        with pytest.raises(BackendError) as caught:
            read(nginx.url(path))
        assert caught.value.kind == kind


def test_a_text_that_ends_within_a_line_is_not_used(nginx: RealNginx) -> None:
    with pytest.raises(BackendError, match="cut off"):
        read(nginx.url("/half"))


@pytest.mark.parametrize("text", ["", "a{ 1\n", "up 1\nnode_load1 x\n", "\x00\x01\n"])
def test_what_is_no_text_of_an_exporter_is_refused(text: str) -> None:
    with pytest.raises(BackendError) as caught:
        exposed("here", text)
    assert caught.value.kind == "invalid"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda proxy: proxy.refuse(), "unreachable"),
        (lambda proxy: proxy.hang(), "unreachable"),
        (lambda proxy: proxy.cut(5000), "unreachable"),
        (lambda proxy: proxy.garbage(b"\xff\0 rubbish\r\n\r\n"), "invalid"),
    ],
    ids=["refuse", "hang", "cut in the middle", "garbage"],
)
def test_half_a_text_is_not_used(
    node_exporter: int,
    spoiled: Callable[[int], FaultProxy],
    fault: Callable[[FaultProxy], None],
    kind: str,
) -> None:
    proxy = spoiled(node_exporter)
    fault(proxy)
    with pytest.raises(BackendError) as caught:
        read(f"http://127.0.0.1:{proxy.port}/metrics", total=1.0)
    assert caught.value.kind == kind
