"""Servers that are not Tickworks, or are in trouble: each answers every connection with the same bytes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.until import until


class BadServer:
    """Listens on a free port of this machine; ``heard`` has what was sent to it."""

    def __init__(self, answer: bytes | None, tls: ssl.SSLContext | None) -> None:
        self.heard: list[bytes] = []
        self._answer = answer
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._stopped.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        until(lambda: not self._thread.is_alive(), "the server has stopped")

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, suppress(OSError):
                self._speak(client)

    def _speak(self, client: socket.socket) -> None:
        if self._tls is not None:
            with self._tls.wrap_socket(client, server_side=True) as wrapped:
                self._speak_plainly(wrapped)
            return
        self._speak_plainly(client)

    def _speak_plainly(self, client: socket.socket) -> None:
        self.heard.append(client.recv(65536))
        if self._answer is None:
            # It hangs until the other side gives up.
            client.recv(1)
            return
        client.sendall(self._answer)


@contextmanager
def bad_server(answer: bytes | None, tls: ssl.SSLContext | None = None) -> Iterator[BadServer]:
    """A server that says `answer`, or hangs if it is None."""
    server = BadServer(answer, tls)
    try:
        yield server
    finally:
        server.stop()


def http(status: int, body: bytes, content_type: str = "application/json", *headers: str) -> bytes:
    """An answer of HTTP."""
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body
