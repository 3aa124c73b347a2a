"""Is it told for how long a certificate is good, and what is wrong with it?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backends.probe import tls
from backends.probe.finding import Finding
from backends.probe.sweep import ask
from tests.support.certificates import Authority
from tests.support.fault_proxy import FaultProxy
from tests.support.real_nginx import RealNginx


def look(nginx: RealNginx, port: int, **words: Any) -> Finding:
    return ask(partial(tls.ask, "localhost", port, **{"now": time.time(), "ca_file": nginx.ca_file, **words}))


def test_a_good_certificate_has_its_days(nginx: RealNginx) -> None:
    found = look(nginx, nginx.good)
    assert (found.ok, found.unit) == (True, "d")
    assert found.value == pytest.approx(30.5, abs=0.1)


def test_days_are_counted_from_now_on(nginx: RealNginx) -> None:
    found = look(nginx, nginx.good, now=time.time() + 20 * 86_400)
    assert found.value == pytest.approx(10.5, abs=0.1)


def test_an_expired_certificate_has_days_below_nothing(nginx: RealNginx) -> None:
    found = look(nginx, nginx.expired)
    assert (found.ok, found.kind) == (False, None)
    assert found.value == pytest.approx(-3.5, abs=0.1)
    assert "expired on" in found.text


def test_a_certificate_for_another_name_is_bad_and_has_its_days(nginx: RealNginx) -> None:
    found = look(nginx, nginx.foreign)
    assert not found.ok
    assert "localhost" in found.text
    assert found.value == pytest.approx(30.5, abs=0.1)
    assert look(nginx, nginx.foreign, server_name="www.example.org").ok


def test_an_unknown_authority_is_bad(nginx: RealNginx) -> None:
    found = look(nginx, nginx.good, ca_file="")
    assert not found.ok
    assert "not trusted" in found.text
    assert found.value == pytest.approx(30.5, abs=0.1)


def test_a_file_of_authorities_that_is_missing_is_told(nginx: RealNginx) -> None:
    found = look(nginx, nginx.good, ca_file="/nowhere/ca.pem")
    assert (found.kind, "/nowhere/ca.pem" in found.text) == ("invalid", True)


def test_authorities_that_were_replaced_are_read_again(nginx: RealNginx, tmp_path: Path) -> None:
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(Authority(tmp_path, "Another").ca_file.read_bytes())
    assert not look(nginx, nginx.good, ca_file=str(trusted)).ok
    trusted.write_bytes(Path(nginx.ca_file).read_bytes())
    os.utime(trusted, (1, 1))  # another time, however quick we were
    assert look(nginx, nginx.good, ca_file=str(trusted)).ok


def test_a_port_without_tls_is_told(nginx: RealNginx) -> None:
    assert look(nginx, nginx.http).kind == "invalid"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda proxy: proxy.refuse(), "unreachable"),
        (lambda proxy: proxy.hang(), "unreachable"),
        (lambda proxy: proxy.cut(100, reset=True), "unreachable"),
        (lambda proxy: proxy.garbage(), "invalid"),
    ],
    ids=["refuse", "hang", "reset", "garbage"],
)
def test_a_fault_on_the_way_is_told(
    nginx: RealNginx,
    spoiled: Callable[[int], FaultProxy],
    fault: Callable[[FaultProxy], None],
    kind: str,
) -> None:
    proxy = spoiled(nginx.good)
    fault(proxy)
    assert look(nginx, proxy.port, connect_timeout=0.7).kind == kind
