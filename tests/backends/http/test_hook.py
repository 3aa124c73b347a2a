"""Hooks are called once, signed, within limits; and what became of a call is said in its kind."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.error import BackendError
from backends.http.fetch import Limits, fetch
from backends.http.hook import call
from backends.http.signature import TOLERANCE, sign, verify
from tests.support.fault_proxy import FaultProxy
from tests.support.http_receiver import Receiver, receiver
from tests.support.mail_server import certificate
from tests.support.process import free_port

NOW = 1_700_000_000
SECRET = "whsec-of-the-tests"
LIMITS = Limits(allow=("127.0.0.0/8",), time_limit=10)
QUICK = dataclasses.replace(LIMITS, read_timeout=0.3)


@pytest.fixture(scope="module")
def _receiver() -> Iterator[Receiver]:
    with receiver() as here:
        yield here


@pytest.fixture
def here(_receiver: Receiver) -> Receiver:
    """The receiver, which has got nothing yet and says thank you."""
    _receiver.got.clear()
    _receiver.answers = lambda _: (200, {}, b"thank you")
    return _receiver


@pytest.fixture
def proxy(here: Receiver) -> Iterator[FaultProxy]:
    with FaultProxy(here.port) as proxy:
        yield proxy


def send(url: str, limits: Limits = LIMITS, **more: Any) -> bytes:
    """Call with a body; what the receiver said."""
    return call(url, b'{"a": 1}', key="call-7", secret=SECRET, at=NOW, limits=limits, **more).body


def test_a_call_is_signed_and_carries_its_key(here: Receiver) -> None:
    assert send(here.url + "?token=abc", headers={"X-Shop": "7", "Idempotency-Key": "mine"}) == b"thank you"
    (got,) = here.got
    assert (got.method, got.path, got.body) == ("POST", "/hook?token=abc", b'{"a": 1}')
    assert (got.headers["idempotency-key"], got.headers["x-shop"]) == ("call-7", "7")
    assert got.headers["content-type"] == "application/json"
    assert verify(got.headers["tickworks-signature"], SECRET, got.body, NOW)


@pytest.mark.parametrize(
    ("header", "body", "now"),
    [
        (sign(SECRET, b"body", NOW), b"another", NOW),
        (sign("another", b"body", NOW), b"body", NOW),
        (sign(SECRET, b"body", NOW), b"body", NOW + TOLERANCE + 1),
        (sign(SECRET, b"body", NOW).replace(str(NOW), str(NOW + 1)), b"body", NOW),
        (sign(SECRET, b"body", NOW) + f",t={NOW + 1}", b"body", NOW),
        (f"t={NOW}", b"body", NOW),
        (f"t={NOW},v1=é", b"body", NOW),
        ("", b"body", NOW),
    ],
)
def test_a_wrong_or_old_signature_is_known(header: str, body: bytes, now: int) -> None:
    assert verify(sign(SECRET, b"body", NOW), SECRET, b"body", NOW + TOLERANCE)
    assert not verify(header, SECRET, body, now)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid"),
        (401, "auth"),
        (403, "denied"),
        (404, "missing"),
        (409, "conflict"),
        (410, "missing"),
        (422, "invalid"),
        (429, "throttled"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
def test_each_status_has_its_kind(here: Receiver, status: int, kind: str) -> None:
    here.answers = lambda _: (status, {}, b"because\n<b>of</b>")
    with pytest.raises(BackendError) as error:
        send(here.url + "?token=abc")
    assert error.value.kind == kind
    assert f"127.0.0.1:{here.port}: it answers {status}: because <b>of</b>" in str(error.value)
    assert "token" not in str(error.value)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"retry-after": "120"}, 120),
        ({"date": "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT"}, 30),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_the_wait_a_receiver_asks_for_is_handed_on(
    here: Receiver, headers: dict[str, str], after: float | None
) -> None:
    here.answers = lambda _: (429, headers, b"")
    with pytest.raises(BackendError) as error:
        send(here.url)
    assert error.value.after == after


def test_our_own_network_is_not_called_unless_allowed(here: Receiver) -> None:
    for host in ("127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"):
        with pytest.raises(BackendError) as refused:
            send(f"http://{host}:{here.port}/hook", Limits())
        assert refused.value.kind == "denied"
    assert here.got == []


def test_a_redirect_to_our_own_network_is_not_followed(here: Receiver) -> None:
    here.answers = lambda got: (
        (307, {"location": f"http://127.0.0.2:{here.port}/inside"}, b"")
        if got.path == "/hook"
        else (200, {}, b"")
    )
    with pytest.raises(BackendError) as refused:
        send(here.url, dataclasses.replace(LIMITS, allow=("127.0.0.1/32",)))
    assert refused.value.kind == "denied"
    assert [got.path for got in here.got] == ["/hook"]


def test_the_connection_goes_to_the_address_that_was_looked_at(
    here: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that says another thing at its second question gets no second question."""
    asked = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def connect(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
        assert address[0] == "127.0.0.1"
        connection = socket.socket()
        connection.connect(address)
        return connection

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert send(f"http://rebinding.example:{here.port}/hook") == b"thank you"
    assert asked == ["rebinding.example"]
    assert here.got[0].headers["host"] == f"rebinding.example:{here.port}"


def test_a_redirect_that_keeps_the_call_is_followed(here: Receiver) -> None:
    here.answers = lambda got: (
        (308, {"location": "/there"}, b"") if got.path == "/hook" else (200, {}, b"found me")
    )
    assert send(here.url, headers={"Authorization": "Bearer abc"}) == b"found me"
    assert [(got.path, got.body, got.headers["authorization"]) for got in here.got] == [
        ("/hook", b'{"a": 1}', "Bearer abc"),
        ("/there", b'{"a": 1}', "Bearer abc"),
    ]


def test_another_host_does_not_get_the_user_s_password(here: Receiver) -> None:
    with receiver() as other:
        here.answers = lambda _: (307, {"location": other.url}, b"")
        send(here.url, headers={"Authorization": "Bearer abc"})
        assert "authorization" not in other.got[0].headers


@pytest.mark.parametrize(
    ("status", "location", "said"),
    [
        (301, "/there", "moved"),
        (303, "/there", "moved"),
        (307, "http://[nonsense", "no web address"),
        (307, "ftp://127.0.0.1/", "no web address"),
        (307, "/hook", "redirects"),
    ],
)
def test_other_redirects_are_an_error(here: Receiver, status: int, location: str, said: str) -> None:
    here.answers = lambda _: (status, {"location": location}, b"")
    with pytest.raises(BackendError, match=said) as error:
        send(here.url)
    assert error.value.kind == "invalid"


def test_a_long_answer_is_cut(here: Receiver) -> None:
    here.answers = lambda _: (200, {}, b"x" * 3_000_000)
    reply = fetch("POST", here.url, limits=LIMITS)
    assert (len(reply.body), reply.cut) == (LIMITS.most_bytes, True)


@pytest.mark.parametrize(
    ("fault", "options", "kind"),
    [
        ("refuse", (), "unreachable"),
        ("hang", (), "unknown_outcome"),
        ("cut", (20,), "unknown_outcome"),
        ("drop_answer", (), "unknown_outcome"),
        ("garbage", (), "unknown_outcome"),
    ],
)
def test_a_lost_answer_is_an_unknown_outcome(
    proxy: FaultProxy, fault: str, options: tuple[int, ...], kind: str
) -> None:
    getattr(proxy, fault)(*options)
    with pytest.raises(BackendError) as error:
        send(f"http://127.0.0.1:{proxy.port}/hook/abc", QUICK)
    assert (error.value.kind, f"127.0.0.1:{proxy.port}" in str(error.value)) == (kind, True)
    assert "abc" not in str(error.value)


def test_a_lost_answer_to_a_question_may_be_asked_again(proxy: FaultProxy) -> None:
    proxy.drop_answer()
    with pytest.raises(BackendError) as error:
        fetch("GET", f"http://127.0.0.1:{proxy.port}/", limits=QUICK)
    assert error.value.kind == "unreachable"


def test_an_answer_that_drips_for_ever_is_given_up(proxy: FaultProxy) -> None:
    proxy.drip(0.05)
    limits = dataclasses.replace(LIMITS, read_timeout=5, time_limit=0.5)
    with pytest.raises(BackendError, match="in time"):
        send(f"http://127.0.0.1:{proxy.port}/hook", limits)


def test_a_certificate_that_nobody_knows_is_not_trusted(tmp_path: Path) -> None:
    with receiver(certificate(tmp_path)) as secured:
        url = secured.url.replace("127.0.0.1", "localhost")
        limits = dataclasses.replace(LIMITS, allow=("127.0.0.0/8", "::1/128"))
        with pytest.raises(BackendError, match="not trusted") as error:
            send(url, limits)
        assert error.value.kind == "unreachable"
        assert send(url, dataclasses.replace(limits, ca_file=str(tmp_path / "server.pem"))) == b"thank you"
        wrong_name = dataclasses.replace(limits, ca_file=str(tmp_path / "server.pem"))
        with pytest.raises(BackendError, match="not trusted"):
            send(secured.url, wrong_name)


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(BackendError) as error:
        send(f"http://127.0.0.1:{free_port()}/")
    assert error.value.kind == "unreachable"


@pytest.mark.parametrize(
    "url",
    ["", "here", "ftp://example.org/", "file:///etc/passwd", "http://", "https://x:99999/", "https://a:b@c/"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BackendError) as error:
        send(url)
    assert error.value.kind == "invalid"


def test_a_header_cannot_smuggle_another(here: Receiver) -> None:
    with pytest.raises(BackendError) as error:
        send(here.url, headers={"X-A": "a\r\nX-B: b"})
    assert (error.value.kind, here.got) == ("invalid", [])
