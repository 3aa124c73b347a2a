"""A name server that says what a test tells it: for answers that no real one gives when asked to."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def by_udp(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """The port where each question gets these datagrams, until the block ends."""
    over = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        here.settimeout(0.02)

        def serve() -> None:
            while not over.is_set():
                try:
                    question, asker = here.recvfrom(4096)
                except TimeoutError:
                    continue
                for each in answer(question):
                    here.sendto(each, asker)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield here.getsockname()[1]
        finally:
            over.set()
            thread.join(10)


@contextmanager
def by_tcp(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """The port where each question gets these messages, one after another, until the block ends."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            length = int.from_bytes(self.request.recv(2), "big")
            for message in answer(self.request.recv(length)):
                self.request.sendall(len(message).to_bytes(2, "big") + message)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join(10)
