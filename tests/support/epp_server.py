"""A server of EPP frames over TLS, on loopback, that answers with the sample frames of the RFCs.

It is no registry: it knows one domain, ``example.com``, of which name servers and expiry can change.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

from tests.support import epp_frames as frames

USER, PASSWORD = "ClientX", "foo-BAR2"
EXPIRES = "2005-04-03T22:00:00.0Z"
LATER = "2006-04-03T22:00:00.0Z"


class EppFrameServer:
    """`heard`: the commands so far (``domain:info``); `says`: command -> another answer than the sample."""

    def __init__(self, certificate: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.reset()
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self) -> None:
        """As at its start."""
        self.heard: list[str] = []
        self.frames: list[str] = []
        self.says: dict[str, str | bytes] = {}
        self.hosts = ["ns1.example.com", "ns1.example.net"]
        self.expires = EXPIRES

    def close(self) -> None:
        """Nobody listens any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(20)
        with suppress(OSError, ssl.SSLError), plain, self._secured(plain) as client:
            self._talk(client)

    def _secured(self, plain: socket.socket) -> ssl.SSLSocket:
        return self._context.wrap_socket(plain, server_side=True)

    def _talk(self, client: ssl.SSLSocket) -> None:
        heard, seen = (
            self.heard,
            self.frames,
        )  # a session that ends after a reset says nothing of what follows
        _send(client, self.says.get("greeting", frames.GREETING))
        while content := _receive(client):
            command = _command(content)
            heard.append(command)
            seen.append(content)
            said = self.says.get(command) or self._answer(command, content)
            if isinstance(said, str):
                ours = re.search("<clTRID>(.*?)</clTRID>", content)
                said = said.replace("ABC-12345", ours[1] if ours else "")
            _send(client, said)
            if command == "logout":
                return

    def _answer(self, command: str, content: str) -> str:
        match command:
            case "login":
                known = f"<pw>{PASSWORD}</pw>" in content and f"<clID>{USER}</clID>" in content
                return frames.OK if known else frames.answer(2200, "Authentication error")
            case "domain:check":
                return frames.CHECK
            case "domain:info":
                if '<domain:name hosts="all">example.com<' not in content:
                    return frames.answer(2303, "Object does not exist")
                hosts = "".join(f"<domain:hostObj>{host}</domain:hostObj>" for host in self.hosts)
                return frames.INFO.replace("HOSTS", hosts).replace("EXPIRES", self.expires)
            case "domain:update":
                added, _, removed = content.partition("<domain:rem>")
                gone = re.findall("<domain:hostObj>(.*?)<", removed)
                self.hosts = [host for host in self.hosts if host not in gone]
                self.hosts += re.findall("<domain:hostObj>(.*?)<", added)
                return frames.OK
            case "domain:renew":
                if f"<domain:curExpDate>{self.expires[:10]}<" not in content:
                    return frames.answer(2306, "Parameter value policy error")
                self.expires = LATER
                return frames.RENEW
            case "contact:info":
                return frames.CONTACT
            case "poll":
                return frames.OK if 'op="ack"' in content else frames.POLL
            case "logout":
                return frames.BYE
        return frames.answer(2000, "Unknown command")


def _command(content: str) -> str:
    """``domain:info``, or the command itself where it has no object."""
    found = re.search(r"<command>\s*<(\w+)[^>]*>\s*<(domain|contact):", content)
    if found:
        return f"{found[2]}:{found[1]}"
    plain = re.search(r"<command>\s*<(\w+)", content)
    return plain[1] if plain else ""


def _receive(client: ssl.SSLSocket) -> str:
    length = int.from_bytes(_exactly(client, 4), "big") - 4
    return _exactly(client, length).decode() if length > 0 else ""


def _exactly(client: ssl.SSLSocket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        piece = client.recv(count - len(got))
        if not piece:
            return b""
        got += piece
    return got


def _send(client: ssl.SSLSocket, said: str | bytes) -> None:
    """Text becomes a frame; bytes go as they are."""
    content = said.encode() if isinstance(said, str) else said
    client.sendall((len(content) + 4).to_bytes(4, "big") + content if isinstance(said, str) else content)
