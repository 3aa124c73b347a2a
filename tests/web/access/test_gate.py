"""What does every answer carry, whose word on addresses counts, and by which names are we reached?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.visitors import FILE, PASSWORD, Application, running_application
from web.access.gate import own_names
from web.access.sessions import COOKIE

BEHIND_PROXY = """
[web]
public_url = "https://jobs.example.org"
trusted_proxies = ["10.0.0.0/24", "fd00::1"]
"""


@pytest.fixture
def proxied(
    tmp_path: Path, sqlite_engine_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    yield from running_application(tmp_path, monkeypatch, FILE + BEHIND_PROXY, host="0.0.0.0")


@pytest.mark.parametrize("path", ["/sign-in", "/profile", "/api/v1/secrets", "/healthz", "/nothing"])
def test_every_answer_says_what_a_page_may_do(application: Application, path: str) -> None:
    headers = application.visitor().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_a_static_file_may_be_kept(application: Application) -> None:
    answer = application.visitor().get("/static/icon.svg")
    assert "no-store" not in answer.headers["cache-control"]


def test_a_page_has_neither_script_nor_style_of_its_own(application: Application) -> None:
    page = application.signed_in("viewer").get("/profile").text
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("10.0.0.7", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.7", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.7", "203.0.113.5, 10.0.0.9", "203.0.113.5"),
        ("10.0.0.7", "203.0.113.5:4711", "203.0.113.5"),
        ("fd00::1", "[2001:db8::5]:4711", "2001:db8::5"),
        ("10.0.0.7", "no address", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("192.0.2.1", "203.0.113.5", "192.0.2.1"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    proxied: Application, peer: str, said: str, address: str
) -> None:
    client = proxied.visitor(peer, **{"x-forwarded-for": said, "host": "jobs.example.org"})
    client.post("/sign-in", data={"name": "viewer", "password": PASSWORD})
    newest = proxied.audit()[0]
    assert (newest["action"], newest["address"]) == ("sign in", address)


@pytest.mark.parametrize(("peer", "secure"), [("10.0.0.7", True), ("192.0.2.1", False)])
def test_the_cookie_is_for_tls_alone_where_a_trusted_proxy_has_it(
    proxied: Application, peer: str, secure: bool
) -> None:
    client = proxied.visitor(peer, **{"x-forwarded-proto": "https", "host": "jobs.example.org"})
    answer = client.post("/sign-in", data={"name": "viewer", "password": PASSWORD})
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE)]
    assert ("; secure" in cookie.lower()) is secure


@pytest.mark.parametrize(
    ("host", "status"), [("jobs.example.org", 200), ("localhost", 200), ("evil.example", 400), ("", 400)]
)
def test_a_site_with_a_public_address_answers_to_no_other(
    proxied: Application, host: str, status: int
) -> None:
    assert proxied.visitor(host=host).get("/sign-in").status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8080", 200), ("localhost:8080", 200), ("[::1]:8080", 200), ("evil.example", 400)],
)
def test_on_this_machine_only_its_own_names_are_ours(
    application: Application, host: str, status: int
) -> None:
    assert application.visitor(host=host).get("/sign-in").status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_machines_of_the_network_ask_by_our_address(proxied: Application, path: str) -> None:
    assert proxied.visitor(host="10.1.2.3:8080").get(path).status_code != 400


def test_on_this_machine_metrics_are_for_our_own_names_too(application: Application) -> None:
    assert application.visitor(host="evil.example").get("/metrics").status_code == 400


@pytest.mark.parametrize(
    ("host", "public", "own", "other"),
    [("127.0.0.1", "", True, False), ("0.0.0.0", "", False, False), ("0.0.0.0", "a.example", True, False)],
)
def test_another_sites_name_for_us_counts_only_where_no_name_is_known(
    host: str, public: str, own: bool, other: bool
) -> None:
    names = own_names(host, public)
    assert ("localhost" in names) is own
    assert ("evil.example" in names) is other
    assert (names == []) is (not own)
