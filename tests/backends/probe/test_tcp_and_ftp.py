"""Is a port, a greeting and a sign-in seen as a client would see it?"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from backends.probe import ftp, tcp
from backends.probe.finding import Finding
from backends.probe.sweep import ask
from tests.support.fault_proxy import FaultProxy
from tests.support.process import free_port
from tests.support.real_vsftpd import PASSWORD, USER, RealVsftpd

Spoiled = Callable[[int], FaultProxy]


def port_of(port: int, **words: Any) -> Finding:
    return ask(partial(tcp.ask, "127.0.0.1", port, **words))


def sign_in(server: RealVsftpd, port: int = 0, **words: Any) -> Finding:
    defaults = {"user": USER, "password": PASSWORD, "read_timeout": 5.0}
    return ask(partial(ftp.ask, "localhost", port or server.port, **{**defaults, **words}))


def test_an_open_port_takes_connections(sshd: int) -> None:
    assert port_of(sshd).ok


def test_a_server_is_known_by_its_greeting(sshd: int) -> None:
    assert port_of(sshd, greeting="SSH-2.0").ok
    other = port_of(sshd, greeting="220 ")
    assert (other.ok, other.kind) == (False, None)
    assert "expected a greeting 220 , got SSH-2.0" in other.text


def test_a_closed_port_is_unreachable() -> None:
    port = free_port()
    found = port_of(port)
    assert (found.ok, found.kind) == (False, "unreachable")
    assert found.text == f"127.0.0.1:{port}: nobody listens there"


def test_a_half_open_port_is_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and nobody speaks
        port = silent.getsockname()[1]
        assert port_of(port).ok
        found = port_of(port, greeting="SSH", read_timeout=0.3)
        assert (found.ok, found.kind) == (False, "unreachable")


@pytest.mark.parametrize("host", ["", "no.such.host.invalid", "a" * 70 + ".example", "127.0.0.1:22", "ho st"])
def test_a_host_that_is_none_is_told(host: str) -> None:
    found = ask(partial(tcp.ask, host, 22))
    assert not found.ok
    assert found.kind in ("unreachable", "invalid")


def test_a_port_that_is_none_is_told() -> None:
    assert port_of(99_999).kind == "invalid"


def test_ftp_greets(vsftpd: RealVsftpd) -> None:
    assert sign_in(vsftpd, user="").ok


def test_ftp_lets_the_right_password_in(vsftpd: RealVsftpd) -> None:
    assert sign_in(vsftpd).ok
    assert sign_in(vsftpd, tls=True, ca_file=vsftpd.ca_file).ok


def test_ftp_wrong_password_is_told_without_it(vsftpd: RealVsftpd) -> None:
    found = sign_in(vsftpd, password="hunter2-wrong")
    assert (found.ok, found.kind) == (False, "auth")
    assert "530" in found.text
    assert "hunter2" not in found.text


def test_ftp_nobody_signs_in_to_a_server_that_is_not_trusted(vsftpd: RealVsftpd) -> None:
    assert sign_in(vsftpd, tls=True).kind == "auth"


def test_a_line_break_in_a_password_is_not_sent(vsftpd: RealVsftpd) -> None:
    found = sign_in(vsftpd, password="a\r\nDELE all")
    assert (found.ok, found.kind) == (False, "invalid")


def test_ftp_a_server_that_says_the_password_back_does_not_betray_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            with listener.accept()[0] as client, client.makefile("rb") as lines:
                client.sendall(b"220 hello\r\n")
                lines.readline()
                client.sendall(b"331 and now?\r\n")
                client.sendall(b"530 wrong: " + lines.readline())

        talking = threading.Thread(target=talk)
        talking.start()
        port = listener.getsockname()[1]
        found = ask(partial(ftp.ask, "127.0.0.1", port, user="ann", password="hunter2"))
        talking.join(10)
    assert found.text == f"127.0.0.1:{port}: sign-in refused: 530 wrong: PASS ***"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda proxy: proxy.refuse(), "unreachable"),
        (lambda proxy: proxy.hang(), "unreachable"),
        (lambda proxy: proxy.cut(10), "unreachable"),
        (lambda proxy: proxy.drop_answer(30), "unreachable"),
        (lambda proxy: proxy.garbage(), "invalid"),
        (lambda proxy: proxy.garbage(b"x" * 100_000), "invalid"),
        (lambda proxy: proxy.garbage(b"230-and so on\r\n" * 10_000), "invalid"),
    ],
    ids=["refuse", "hang", "cut", "drop", "garbage", "no end of line", "no end of reply"],
)
def test_ftp_a_fault_on_the_way_is_told(
    vsftpd: RealVsftpd, spoiled: Spoiled, fault: Callable[[FaultProxy], None], kind: str
) -> None:
    proxy = spoiled(vsftpd.port)
    fault(proxy)
    found = sign_in(vsftpd, proxy.port, read_timeout=0.7)
    assert (found.ok, found.kind) == (False, kind)
    assert f"localhost:{proxy.port}" in found.text
