"""The proxy does to a connection what a test asks of it, and nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.fault_proxy import GARBAGE, FaultProxy
from tests.support.until import until


class Shouter:
    """Answers each line with the same line in capitals; `heard` holds the lines."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, client.makefile("rb") as lines:
            for line in lines:
                self.heard.append(line)
                client.sendall(line.upper())


@pytest.fixture
def server() -> Iterator[Shouter]:
    server = Shouter()
    yield server
    server.close()


@pytest.fixture
def proxy(server: Shouter) -> Iterator[FaultProxy]:
    with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[socket.socket]:
    """A connection that has got one answer already."""
    with _connect(proxy) as client:
        assert _ask(client, b"hello\n") == b"HELLO\n"
        yield client


def test_without_a_fault_it_passes_everything_on(client: socket.socket) -> None:
    text = b"x" * 300_000 + b"\n"
    assert _ask(client, text, len(text)) == text.upper()


def test_refuse_resets_and_lets_nobody_in_until_it_is_healed(
    proxy: FaultProxy, client: socket.socket
) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionResetError):
        client.recv(10)
    with pytest.raises(ConnectionRefusedError):
        _connect(proxy)
    proxy.heal()
    with _connect(proxy) as again:
        assert _ask(again, b"hello\n") == b"HELLO\n"


def test_hang_takes_connections_and_says_nothing_until_it_is_healed(
    proxy: FaultProxy, server: Shouter, client: socket.socket
) -> None:
    proxy.hang()
    with _connect(proxy) as other:
        for each in (client, other):
            each.sendall(b"still there?\n")
            each.settimeout(0.05)
            with pytest.raises(TimeoutError):
                each.recv(10)
        assert server.heard == [b"hello\n"]
        proxy.heal()
        for each in (client, other):
            each.settimeout(20)
            assert _read(each, 13) == b"STILL THERE?\n"


@pytest.mark.parametrize("after", [0, 3, 6])
def test_cut_ends_after_so_many_bytes(proxy: FaultProxy, client: socket.socket, after: int) -> None:
    proxy.cut(after)
    assert _ask(client, b"hello\n") == b"HELLO\n"[:after]
    assert client.recv(1) == b""
    assert proxy.spoiled == 1


def test_cut_can_be_a_reset(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.cut(0, reset=True)
    client.sendall(b"hello\n")
    with pytest.raises(ConnectionResetError):
        client.recv(10)


def test_delay_loses_nothing(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.delay(0.02)
    assert _ask(client, b"hello\n") == b"HELLO\n"


def test_drip_gives_a_byte_at_a_time(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.drip(0.01)
    client.sendall(b"hello\n")
    assert [client.recv(10) for _ in b"hello\n"] == [b"H", b"E", b"L", b"L", b"O", b"\n"]


def test_a_dropped_answer_is_of_something_that_was_done(
    proxy: FaultProxy, server: Shouter, client: socket.socket
) -> None:
    proxy.drop_answer()
    assert _ask(client, b"act\n") == b""
    assert server.heard == [b"hello\n", b"act\n"]


def test_an_answer_can_be_dropped_in_its_middle(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.drop_answer(after=2)
    assert _ask(client, b"act\n") == b"AC"


def test_garbage_stands_for_the_answer(proxy: FaultProxy, server: Shouter, client: socket.socket) -> None:
    proxy.garbage()
    assert _ask(client, b"act\n", len(GARBAGE)) == GARBAGE
    assert client.recv(1) == b""
    assert server.heard[-1] == b"act\n"


def test_one_bit_can_be_changed(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.flip(8)
    assert _ask(client, b"hello\n") + _ask(client, b"hello\n") == b"HELLO\nHEMLO\n"


def test_a_fault_can_be_for_one_connection_alone(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.drop_answer(once=True)
    assert _ask(client, b"act\n") == b""
    with _connect(proxy) as other:
        assert _ask(other, b"hello\n") == b"HELLO\n"


def test_one_connection_alone_can_hang(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.hang(once=True)
    client.sendall(b"still there?\n")
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.recv(10)
    with _connect(proxy) as other:
        assert _ask(other, b"hello\n") == b"HELLO\n"


def test_nothing_is_left_when_it_is_closed(server: Shouter) -> None:
    before = threading.active_count()
    proxy = FaultProxy(server.port)
    with _connect(proxy) as client:
        assert _ask(client, b"hello\n") == b"HELLO\n"
        proxy.hang()
        client.sendall(b"never passed on\n")
        proxy.close()
        with pytest.raises(ConnectionRefusedError):
            _connect(proxy)
    until(lambda: threading.active_count() <= before, "all threads of the proxy have ended")


def _connect(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), 20)


def _ask(client: socket.socket, line: bytes, wanted: int = 6) -> bytes:
    client.sendall(line)
    return _read(client, wanted)


def _read(client: socket.socket, wanted: int) -> bytes:
    """So many bytes, or fewer at the end of the connection."""
    got = b""
    while len(got) < wanted and (piece := client.recv(wanted - len(got))):
        got += piece
    return got
