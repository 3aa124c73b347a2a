"""A receiver of hooks on loopback: keeps what it gets, and answers as a test says."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Got:
    """One request as it arrived; `headers` by their names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


#: Status, headers and body of an answer.
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    """`url` is its address; `answers` gives the answer to a request."""

    url: str
    port: int
    got: list[Got] = field(default_factory=list)
    answers: Callable[[Got], Answer] = lambda _: (200, {}, b"thank you")


@contextmanager
def receiver(certificate: Path | None = None) -> Iterator[Receiver]:
    """It serves until the block ends, with TLS if given a certificate (with its key)."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            here.got.append(Got(self.command, self.path, headers, body))
            status, sent, answer = here.answers(here.got[-1])
            self.send_response_only(status)
            for name, value in {"content-length": str(len(answer)), **sent}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # whoever asked has had enough
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "http" if certificate is None else "https"
    here = Receiver(f"{scheme}://127.0.0.1:{server.server_port}/hook", server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
