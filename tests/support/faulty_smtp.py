"""An SMTP peer that does as a test says: refuses, hangs, drops, or talks nonsense, at a chosen place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

HANG = "<hang>"
DROP = "<drop>"
TRICKLE = "<trickle>"  # a byte now and then, without end

#: What a good server says; ``END`` is the answer to a message.
GOOD = {
    "GREETING": "220 peer ESMTP",
    "EHLO": "250-peer\r\n250 SIZE 40000000",
    "HELO": "250 peer",
    "STARTTLS": "454 no TLS today",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "END": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class FaultySmtp:
    """Answers by `script` (verb -> answer, or answers in turn of which the last stays), else as GOOD."""

    def __init__(self, script: Mapping[str, str | Sequence[str]]) -> None:
        self._script = {
            verb: [said] if isinstance(said, str) else list(said) for verb, said in script.items()
        }
        self.verbs: list[str] = []
        self.messages: list[bytes] = []
        self.hanging = threading.Event()
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            if not self._say(connection, "GREETING"):
                return
            for line in lines:
                verb = line.decode("ascii", "replace").split(" ")[0].strip().upper()
                self.verbs.append(verb)
                if not self._say(connection, verb) or verb == "QUIT":
                    return
                if verb == "DATA" and self._last == "354 go on":
                    self.messages.append(b"".join(iter(lines.readline, b".\r\n")))
                    if not self._say(connection, "END"):
                        return

    def _say(self, connection: socket.socket, verb: str) -> bool:
        answers = self._script.get(verb)
        self._last = (
            (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else GOOD.get(verb, "500 what?")
        )
        if self._last == DROP:
            return False
        if self._last == HANG:
            self.hanging.set()
            connection.recv(1)
            return False
        if self._last == TRICKLE:
            while not self._closing.wait(0.05):
                connection.sendall(b"2")
            return False
        connection.sendall(self._last.encode() + b"\r\n")
        return True


@contextmanager
def faulty(**script: str | Sequence[str]) -> Iterator[FaultySmtp]:
    """A peer of this script until the block ends."""
    peer = FaultySmtp(script)
    try:
        yield peer
    finally:
        peer.close()
