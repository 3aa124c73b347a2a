"""A wire between a client and a server, on loopback, that a test can cut, close or make slow."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_CHUNK = 65536


class TcpLink:
    """Passes every byte on, until it is told otherwise. Listens on `port`.

    `cut` is a network that swallows everything: nobody is told. What was sent meanwhile arrives
    after `heal`, as TCP would send it again. `drop` closes all connections and each new one.
    """

    def __init__(self, target: int) -> None:
        """``target``: the server's port on loopback."""
        self.target = target
        self._passing = threading.Event()
        self._passing.set()
        self._refusing = False
        self._delay = 0.0
        self._pause = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name=f"link {target}", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Nothing passes any more, in either direction; connections stay open."""
        self._passing.clear()

    def drop(self) -> None:
        """Close every connection, and each new one at once."""
        self._refusing = True
        self._close_all()

    def delay(self, seconds: float) -> None:
        """Hold each piece back for so long, in each direction."""
        self._delay = seconds

    def heal(self) -> None:
        """Pass everything on again, at once."""
        self._delay, self._refusing = 0.0, False
        self._passing.set()

    def close(self) -> None:
        """Close it for good; nothing listens on the port any more."""
        self._refusing = True
        # Closing alone does not wake a thread that waits in accept.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._pause.set()
        self._passing.set()
        self._close_all()
        self._thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._passing.wait()
        try:
            if self._is_down():
                raise OSError("the link is down")
            server = socket.create_connection(("127.0.0.1", self.target), 20)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, server}
        if self._is_down():
            self._close_all()
        back = threading.Thread(target=self._pass_on, args=(server, client), daemon=True)
        back.start()
        self._pass_on(client, server)
        back.join()
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_CHUNK):
                if self._delay:
                    self._pause.wait(self._delay)
                self._passing.wait()
                target.sendall(piece)
        # A half that has ended ends the other: no protocol of ours lives on half a connection.
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_down(self) -> bool:
        return self._refusing

    def _close_all(self) -> None:
        with self._lock:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
