"""How the processes of one machine wake each other: a Unix datagram socket for each listener.

Next to the socket lies a small file, the plate: its first byte says whether the listener wants
to be rung, the rest is its socket's name and then the names it listens to, one a line. A ring
takes that byte back, so that a burst rings a listener once, and one that is busy not at all.
A ring is a hint: who listens also looks from time to time.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_WANTED = b"+"
_UNWANTED = b"-"
_PLATE = ".bell"
_UNFINISHED = ".new"
#: The longest socket address is 108 bytes (Linux, unix(7)), with the closing NUL.
_LONGEST_ADDRESS = 107
#: A change of the folder may be missed when it has the time stamp of the last one, for this long (s).
_LIST_AT_LEAST_EACH = 1.0


class Doorbell:
    """The listener's side: rung by every `Ringer` of the same folder for any of `names`.

    Raises OSError when the folder or the socket cannot be made.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _clear_away_the_dead(folder)
        # Never the same name twice, so that cleaning up after the dead can hit no living one.
        stem = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._socket_path = folder / f"{stem}.sock"
        self._plate_path = folder / f"{stem}{_PLATE}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._plate = -1
        try:
            self._socket.bind(_address(self._socket_path, self._folder))
            self._plate = _hang_plate(self._plate_path, [self._socket_path.name, *names])
        except OSError:
            self.close()
            raise
        self._wanted = False

    def fileno(self) -> int:
        """Readable after a ring."""
        return self._socket.fileno()

    def drain(self, *, wanted: bool) -> None:
        """Forget the rings so far, and say whether another one is wanted. Look after this, not before."""
        with suppress(BlockingIOError):
            while True:
                self._socket.recv(1)
        # Read first: an idle listener must not make the disk write once a second.
        mark = _WANTED if wanted else _UNWANTED
        if os.pread(self._plate, 1, 0) != mark:
            os.pwrite(self._plate, mark, 0)

    def close(self) -> None:
        """Listen no more; may be called twice."""
        for path in (self._plate_path, self._socket_path):
            path.unlink(missing_ok=True)
        self._socket.close()
        for handle in (self._plate, self._folder):
            if handle >= 0:
                os.close(handle)
        self._plate = self._folder = -1


@dataclass(frozen=True)
class _Peer:
    """A listener as its plate shows it; `plate` is an open file."""

    plate: int
    socket_path: Path
    names: frozenset[str]


class Ringer:
    """The other side: rings who listens in `folder`. For any thread; one for a process.

    Made after a fork, never taken over it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._handle = -1
        self._peers: dict[str, _Peer] = {}
        self._seen = (0, 0.0)
        self._turn = 0

    def ring(self, counts: Mapping[str, int]) -> None:
        """Wake, for each name, at most that many listeners that want to be woken.

        Who comes first changes from call to call, to spread the work. Never blocks on a listener.
        """
        with self._lock, suppress(OSError):
            self._list()
            peers = list(self._peers.items())
            self._turn += 1
            for name, count in counts.items():
                left = count
                for place in range(len(peers)):
                    stem, peer = peers[(place + self._turn) % len(peers)]
                    if left > 0 and name in peer.names and stem in self._peers and self._rang(stem, peer):
                        left -= 1

    def close(self) -> None:
        """Let go of everything; may be called twice."""
        with self._lock:
            self._socket.close()
            for stem in list(self._peers):
                os.close(self._peers.pop(stem).plate)
            if self._handle >= 0:
                os.close(self._handle)
            self._handle = -1

    def _list(self) -> None:
        """Know the plates that hang now; the folder is read only when it may have changed."""
        if self._handle < 0:
            self._handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        changed, now = os.fstat(self._handle).st_mtime_ns, time.monotonic()
        if changed == self._seen[0] and now - self._seen[1] < _LIST_AT_LEAST_EACH:
            return
        self._seen = (changed, now)
        found = {entry.name for entry in os.scandir(self.folder) if entry.name.endswith(_PLATE)}
        for stem in self._peers.keys() - found:
            os.close(self._peers.pop(stem).plate)
        for stem in sorted(found - self._peers.keys()):
            with suppress(FileNotFoundError):
                self._peers[stem] = _read_plate(self.folder / stem)

    def _rang(self, stem: str, peer: _Peer) -> bool:
        if os.pread(peer.plate, 1, 0) != _WANTED:
            return False
        os.pwrite(peer.plate, _UNWANTED, 0)
        try:
            self._socket.sendto(b"!", _address(peer.socket_path, self._handle))
        except BlockingIOError:
            pass  # its socket is full of rings
        except (ConnectionRefusedError, FileNotFoundError):
            self._remove(stem, peer)
            return False
        return True

    def _remove(self, stem: str, peer: _Peer) -> None:
        os.close(self._peers.pop(stem).plate)
        _clear_away(peer.socket_path)


def _address(path: Path, folder: int) -> str:
    """The socket's address; by way of the open folder when its path is too long for one."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        return str(path)
    return f"/proc/self/fd/{folder}/{path.name}"


def _hang_plate(path: Path, lines: Iterable[str]) -> int:
    unfinished = path.with_suffix(_UNFINISHED)
    unfinished.write_bytes(_UNWANTED + "\n".join(lines).encode())
    unfinished.rename(path)
    return os.open(path, os.O_RDWR | os.O_CLOEXEC)


def _read_plate(path: Path) -> _Peer:
    plate = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    with open(plate, "rb", closefd=False) as file:
        socket_name, *names = file.read()[1:].decode().split("\n")
    return _Peer(plate, path.parent / socket_name, frozenset(names))


def _clear_away_the_dead(folder: Path) -> None:
    """Remove what killed processes left; a living one's socket is bound from its first moment on."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for path in folder.glob("*.sock"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
                try:
                    probe.connect(_address(path, handle))
                except (ConnectionRefusedError, FileNotFoundError):
                    _clear_away(path)
    finally:
        os.close(handle)


def _clear_away(socket_path: Path) -> None:
    for suffix in (_PLATE, _UNFINISHED, ".sock"):
        socket_path.with_suffix(suffix).unlink(missing_ok=True)
