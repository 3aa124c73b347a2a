"""Does a look at a web page tell a good page from all the ways in which one is bad?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from backends.probe import http, iis
from backends.probe.finding import Finding
from backends.probe.sweep import ask
from tests.support.fault_proxy import FaultProxy
from tests.support.process import free_port
from tests.support.real_nginx import GOOD, WRONG, RealNginx

Spoiled = Callable[[int], FaultProxy]


def look(url: str, **words: Any) -> Finding:
    return ask(partial(http.ask, url, **words))


def test_a_good_page_is_good(nginx: RealNginx) -> None:
    found = look(nginx.url(), wanted=GOOD)
    assert (found.ok, found.value, found.kind) == (True, 200, None)
    assert found.took > 0


def test_an_error_text_with_status_200_is_bad(nginx: RealNginx) -> None:
    found = look(nginx.url("/wrong"), unwanted="Fatal error")
    assert not found.ok
    assert found.text == f"http://127.0.0.1:{nginx.http}/wrong: the page holds Fatal error"


def test_a_page_without_its_text_is_bad(nginx: RealNginx) -> None:
    found = look(nginx.url(), wanted="Buy now")
    assert (found.ok, found.text.partition(": ")[2]) == (False, "the page lacks Buy now")


def test_text_is_read_in_the_page_s_own_encoding(nginx: RealNginx) -> None:
    assert look(nginx.url("/latin"), wanted="café").ok


def test_a_status_is_judged_by_those_that_are_expected(nginx: RealNginx) -> None:
    assert look(nginx.url("/broken")).text.endswith("status 500, expected 200 to 299")
    assert look(nginx.url("/broken"), statuses=(500,), wanted=WRONG).ok


def test_redirects_are_followed_up_to_a_limit(nginx: RealNginx) -> None:
    assert look(nginx.url("/moved"), wanted=GOOD).ok
    assert look(nginx.url("/moved"), redirects=0, statuses=(302,)).ok
    assert look(nginx.url("/moved-twice"), redirects=2).ok
    assert look(nginx.url("/moved-twice"), redirects=1).kind == "invalid"
    circle = look(nginx.url("/circle"), redirects=5)
    assert (circle.ok, circle.kind) == (False, "invalid")
    assert "more than 5 redirects" in circle.text


def test_a_redirect_to_something_else_than_a_page_is_told(nginx: RealNginx) -> None:
    found = look(nginx.url("/away"))
    assert (found.ok, found.kind) == (False, "invalid")


def test_a_large_page_is_read_to_a_limit_only(nginx: RealNginx) -> None:
    found = look(nginx.url("/large"), wanted="not there", largest=10_000)
    assert "the first 10000 bytes lack not there" in found.text
    assert look(nginx.url("/large"), wanted="xxx", largest=10_000).ok


def test_a_packed_page_that_nobody_asked_for_is_not_unpacked(nginx: RealNginx) -> None:
    found = look(nginx.url("/packed"))
    assert (found.ok, found.kind) == (False, "invalid")


def test_a_certificate_is_checked(nginx: RealNginx) -> None:
    assert look(f"https://localhost:{nginx.good}/", ca_file=nginx.ca_file, wanted=GOOD).ok
    for port in (nginx.expired, nginx.foreign):
        assert look(f"https://localhost:{port}/", ca_file=nginx.ca_file).kind == "auth"
    assert look(f"https://localhost:{nginx.good}/").kind == "auth"
    assert look(f"https://localhost:{nginx.http}/").kind == "invalid"


def test_a_server_that_drips_is_given_up_in_the_end(nginx: RealNginx, spoiled: Spoiled) -> None:
    proxy = spoiled(nginx.http)
    proxy.drip(0.05)
    found = look(f"http://127.0.0.1:{proxy.port}/large", total=0.6)
    assert (found.ok, found.kind) == (False, "unreachable")
    assert "did not come within 0.6 s" in found.text


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda proxy: proxy.refuse(), "unreachable"),
        (lambda proxy: proxy.hang(), "unreachable"),
        (lambda proxy: proxy.cut(40), "unreachable"),
        (lambda proxy: proxy.cut(5000), "unreachable"),
        (lambda proxy: proxy.cut(40, reset=True), "unreachable"),
        (lambda proxy: proxy.drop_answer(), "unreachable"),
        (lambda proxy: proxy.garbage(b"\xff\0 rubbish\r\n\r\n"), "invalid"),
    ],
    ids=["refuse", "hang", "cut in the head", "cut in the body", "reset", "drop", "garbage"],
)
def test_a_fault_on_the_way_is_told(
    nginx: RealNginx, spoiled: Spoiled, fault: Callable[[FaultProxy], None], kind: str
) -> None:
    proxy = spoiled(nginx.http)
    fault(proxy)
    found = look(f"http://127.0.0.1:{proxy.port}/large", total=1.0)
    assert (found.ok, found.kind) == (False, kind)
    assert f"127.0.0.1:{proxy.port}" in found.text
    proxy.heal()
    assert look(f"http://127.0.0.1:{proxy.port}/", wanted=GOOD).ok


@pytest.mark.parametrize(
    "url", ["nonsense", "http://[::1", "http://127.0.0.1:99999/", "ftp://a/", "http:///x", ""]
)
def test_no_address_is_refused(url: str) -> None:
    found = look(url)
    assert (found.ok, found.kind) == (False, "invalid")
    assert "no address of a web page" in found.text


def test_a_password_in_an_address_is_in_no_text_and_in_no_log(
    nginx: RealNginx, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert look(f"http://ann:hunter2@127.0.0.1:{nginx.http}/?token=hunter2").ok
    found = look(f"http://ann:hunter2@127.0.0.1:{free_port()}/?token=hunter2")
    assert found.kind == "unreachable"
    assert "hunter2" not in found.text + caplog.text


def test_iis_a_stopped_site_and_a_stopped_pool_are_told_apart(nginx: RealNginx) -> None:
    def site(path: str) -> Finding:
        return ask(partial(iis.site, nginx.url(path)))

    assert site("/").ok
    assert site("/locked").ok  # whoever asks for a password runs
    assert "application pool is stopped" in site("/stopped-pool").text
    assert "no running site" in site("/stopped-site").text
    assert not site("/stopped-pool").ok
    assert not site("/stopped-site").ok
