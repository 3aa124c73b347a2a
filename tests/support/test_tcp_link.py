"""The link passes bytes on, swallows them, closes, and is gone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.support.tcp_link import TcpLink


@pytest.fixture
def link() -> Iterator[TcpLink]:
    """A link to a server that says everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=(one,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    made = TcpLink(int(listener.getsockname()[1]))
    yield made
    made.close()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def echo(one: socket.socket) -> None:
    with one:
        while piece := one.recv(100):
            one.sendall(piece)


def test_what_is_sent_while_it_is_cut_arrives_when_it_is_healed(link: TcpLink) -> None:
    with socket.create_connection(("127.0.0.1", link.port), 10) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        link.cut()
        client.sendall(b"two")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(100)
        link.heal()
        client.settimeout(10)
        assert client.recv(100) == b"two"


def test_a_dropped_link_closes_old_and_new_connections_until_it_is_healed(link: TcpLink) -> None:
    with socket.create_connection(("127.0.0.1", link.port), 10) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        link.drop()
        assert client.recv(100) == b""
    with socket.create_connection(("127.0.0.1", link.port), 10) as client:
        assert client.recv(100) == b""
    link.heal()
    with socket.create_connection(("127.0.0.1", link.port), 10) as client:
        client.sendall(b"two")
        assert client.recv(100) == b"two"


def test_a_closed_link_listens_no_more(link: TcpLink) -> None:
    link.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", link.port), 10)
