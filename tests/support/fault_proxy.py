"""A TCP proxy between an adapter and a real server, on loopback, that goes wrong when a test says so."""

from __future__ import annotations

import random
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass

_CHUNK = 65536
#: No protocol of ours begins like this. Always the same bytes, so that a failure can be repeated.
GARBAGE = b"\xff\x00<!\r\n" + random.Random(0).randbytes(1018)


@dataclass(frozen=True)
class _Fault:
    what: str
    after: int = 0
    seconds: float = 0.0
    data: bytes = b""
    reset: bool = False
    once: bool = False


_NONE = _Fault("none")


class FaultProxy:
    """Clients come to ``127.0.0.1:port``; it passes everything on, until one fault is switched on.

    A fault holds for open and new connections alike, until another one or `heal`; with `once` it is for
    the first connection alone that something comes over. The server's bytes are counted for each
    connection from the moment the fault was set. `accepted`: connections so far; `passed`: bytes that
    reached clients; `spoiled`: answers that were cut, dropped, replaced or changed.
    """

    def __init__(self, target: int) -> None:
        """``target``: the server's port on loopback."""
        self.target = target
        self.accepted = self.passed = self.spoiled = 0
        self._fault = _NONE
        self._victim: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._state = threading.Condition()
        self._over = threading.Event()
        # Holds the port while nobody listens on it, so that no other process is given it.
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.port = int(self._holder.getsockname()[1])
        self._listener: socket.socket | None = None
        self._listen()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def heal(self) -> None:
        """Pass everything on again; what hung goes on."""
        self._set(_NONE)

    def refuse(self) -> None:
        """Nobody listens on the port; open connections are reset."""
        self._set(_Fault("refuse", reset=True))
        self._deafen()
        self._end_all()

    def hang(self, *, once: bool = False) -> None:
        """Connections are taken and nothing passes, in either direction. Held bytes pass after `heal`."""
        self._set(_Fault("hang", once=once))

    def cut(self, after: int = 0, *, reset: bool = False, once: bool = False) -> None:
        """End the connection once `after` bytes of the server have passed; `reset` sends a RST."""
        self._set(_Fault("cut", after=after, reset=reset, once=once))

    def delay(self, seconds: float) -> None:
        """Hold each piece of the server back for so long."""
        self._set(_Fault("delay", seconds=seconds))

    def drip(self, seconds: float) -> None:
        """The server's bytes arrive one at a time, so far apart."""
        self._set(_Fault("drip", seconds=seconds))

    def drop_answer(self, after: int = 0, *, once: bool = False) -> None:
        """Requests arrive and the server acts; its answer is lost (from byte `after` on), then the end."""
        self._set(_Fault("drop", after=after, once=once))

    def garbage(self, data: bytes = GARBAGE, *, after: int = 0, once: bool = False) -> None:
        """Requests arrive; the client gets `data` for the answer (from byte `after` on), then the end."""
        self._set(_Fault("garbage", after=after, data=data, once=once))

    def flip(self, at: int, *, once: bool = False) -> None:
        """One bit of the server's byte number `at` (from 0) arrives changed."""
        self._set(_Fault("flip", after=at, once=once))

    def close(self) -> None:
        """End everything; nobody listens on the port any more."""
        self._over.set()
        self._set(_Fault("refuse", reset=True))
        self._deafen()
        self._end_all()
        self._holder.close()

    def _set(self, fault: _Fault) -> None:
        with self._state:
            self._fault, self._victim = fault, None
            self._state.notify_all()
        if fault.what != "refuse" and self._listener is None:
            self._listen()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _deafen(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            # Closing alone does not wake a thread that waits in accept.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # closed
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 20)
        except OSError:
            client.close()
            return
        with self._state:
            self._open |= {client, server}
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asking = threading.Thread(target=self._ask, args=(client, server), daemon=True)
        asking.start()
        with suppress(OSError):
            self._answer(server, client)
        _shut(server)
        _hang_up(client, self._fault_of(client).reset)
        asking.join()
        with self._state:
            self._open -= {client, server}
        client.close()
        server.close()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(_CHUNK):
                self._while_hanging(client)
                server.sendall(piece)
        # A half that has ended ends the other: no protocol of ours lives on half a connection.
        _shut(server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        """Pass the server's bytes on, with the fault of the moment; returns when the connection ends."""
        counted, passed = self._fault, 0
        while True:
            piece = server.recv(_CHUNK)
            fault = self._while_hanging(client)
            if fault is not counted:
                counted, passed = fault, 0
            if not piece or fault.what == "refuse":
                return
            if fault.what in ("delay", "drip"):
                self._slowly(piece, client, fault)
                continue
            ends = fault.what in ("cut", "drop", "garbage")
            whole = piece[: fault.after - passed] if ends else piece
            if fault.what == "flip" and 0 <= fault.after - passed < len(piece):
                whole = _flipped(piece, fault.after - passed)
                self.spoiled += 1
            client.sendall(whole)
            passed += len(whole)
            self.passed += len(whole)
            if ends and (len(whole) < len(piece) or (fault.what == "cut" and passed >= fault.after)):
                self.spoiled += 1
                client.sendall(fault.data)
                return

    def _slowly(self, piece: bytes, client: socket.socket, fault: _Fault) -> None:
        step = 1 if fault.what == "drip" else len(piece)
        for start in range(0, len(piece), step):
            with self._state:
                self._state.wait_for(lambda: self._fault is not fault, fault.seconds)
            client.sendall(piece[start : start + step])
            self.passed += step

    def _while_hanging(self, client: socket.socket) -> _Fault:
        """The fault of this connection, once it does not hang any more."""
        with self._state:
            self._state.wait_for(lambda: self._fault_of(client).what != "hang" or self._over.is_set())
            return self._fault_of(client)

    def _fault_of(self, client: socket.socket) -> _Fault:
        with self._state:
            if self._fault.once:
                self._victim = self._victim or client
                return self._fault if self._victim is client else _NONE
            return self._fault

    def _end_all(self) -> None:
        with self._state:
            for end in self._open:
                _hang_up(end, reset=True)


def _flipped(piece: bytes, at: int) -> bytes:
    return piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _hang_up(end: socket.socket, reset: bool) -> None:
    """With `reset`, only wake whoever reads: closing it then sends a RST instead of an orderly end."""
    if not reset:
        _shut(end)
        return
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)
