"""Run a server of fixed ports in a network of its own, and pass one port of ours on to one of its.

``python inside_a_network.py LISTENER ADDRESS PORT COMMAND …``: LISTENER is the number of an inherited socket
that listens in the network outside; it stays there when this process leaves. Where it may not leave (a
container), the server runs outside, and ADDRESS, of loopback, should be one that nobody else has.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress

#: From <sched.h>, <linux/sockios.h> and <net/if.h>.
_NEW_NETWORK, _SET_FLAGS, _UP = 0x40000000, 0x8914, 1
_PIECE = 65536


def main(words: list[str]) -> int:
    """Pass connections on until the server ends; its exit code."""
    listener, address, port = socket.socket(fileno=int(words[0])), words[1], int(words[2])
    if ctypes.CDLL(None).unshare(_NEW_NETWORK) == 0:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
    server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *words[3:]])
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    return asyncio.run(_serve(listener, (address, port), server))


async def _serve(listener: socket.socket, place: tuple[str, int], server: subprocess.Popen[bytes]) -> int:
    async def join(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            far, forth = await asyncio.open_connection(*place)
        except OSError:
            back.transport.abort()
            return
        await asyncio.gather(_pour(near, forth), _pour(far, back))

    listening = await asyncio.start_server(join, sock=listener)
    ended = await asyncio.to_thread(server.wait)
    listening.close()
    return ended


async def _pour(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reading.read(_PIECE):
            writing.write(piece)
            await writing.drain()
    writing.close()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # Connections that are still open have nobody on their other side.
    os._exit(code)
