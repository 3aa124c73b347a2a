"""An HTTP proxy before a server, on loopback, that can spoil its answers by path."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Gets the body of an answer, gives status and body to answer instead; `drop` and `hang` are known by name.
Fault = Callable[[bytes], tuple[int, bytes]]
#: More than anybody should read.
ENDLESS = 2 * 1024 * 1024


class HttpFaultProxy:
    """`faults`: path -> what happens to its answers; `asked`: the paths so far, in order."""

    def __init__(self) -> None:
        self.target = 0
        self.faults: dict[str, Fault] = {}
        self.asked: list[str] = []
        self.over = threading.Event()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def drop(_: bytes) -> tuple[int, bytes]:
    """The connection is closed without an answer."""
    raise AssertionError("never called")


def hang(_: bytes) -> tuple[int, bytes]:
    """The answer begins and does not end, a byte now and then."""
    raise AssertionError("never called")


def endless(_: bytes) -> tuple[int, bytes]:
    """A very long answer."""
    return 200, b'{"a": "' + b"a" * ENDLESS


def says(body: bytes, status: int = 200) -> Fault:
    """Always this answer."""
    return lambda _: (status, body)


class _Handler(BaseHTTPRequestHandler):
    owner: HttpFaultProxy

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        path = self.path.partition("?")[0]
        self.owner.asked.append(path)
        fault = self.owner.faults.get(path)
        if fault is drop:
            self.close_connection = True
            return
        if fault is hang:
            self._hang()
            return
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = HTTPConnection("127.0.0.1", self.owner.target, timeout=20)
        try:
            connection.request(self.command, self.path, body=sent, headers=dict(self.headers.items()))
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
            headers = answer.getheaders()
        finally:
            connection.close()
        if fault is not None:
            status, body = fault(body)
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self._write(body)

    def _hang(self) -> None:
        self.send_response_only(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        while not self.owner.over.wait(0.05):
            if not self._write(b" "):
                break
        self.close_connection = True

    def _write(self, body: bytes) -> bool:
        try:
            self.wfile.write(body)
        except OSError:  # whoever asked has had enough
            return False
        return True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
