"""FTP (RFC 959, RFC 4217): does the server let a user in?"""

from __future__ import annotations

import re

from backends.error import BackendError, Kind, one_line
from backends.probe.conversation import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Conversation,
    conversation,
)
from backends.probe.finding import Finding

#: Lines of one reply.
LONGEST_REPLY = 100


async def ask(
    host: str,
    port: int = 21,
    *,
    user: str = "",
    password: str = "",
    tls: bool = False,
    plain_password: bool = False,
    ca_file: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
) -> Finding:
    """Wait for the greeting; with `user` sign in, after AUTH TLS if `tls`. Raises BackendError.

    A password goes out unencrypted only if `plain_password` says so.
    """
    async with conversation(
        host, port, connect_timeout=connect_timeout, read_timeout=read_timeout
    ) as connection:
        _expect(connection, "the greeting", await _reply(connection), "2")
        if tls:
            await connection.say("AUTH TLS")
            _expect(connection, "AUTH TLS", await _reply(connection), "2")
            await connection.secure(ca_file)
        if not user:
            return Finding(True, "greets")
        connection.keep_secret(password, in_clear=plain_password)
        await connection.say(f"USER {user}")
        code, said = await _reply(connection)
        if code == "331":
            await connection.say(f"PASS {password}")
            code, said = await _reply(connection)
        if code == "530" or code == "430":
            return Finding(False, f"{connection.where}: sign-in refused: {code} {said}", kind="auth")
        _expect(connection, "the sign-in", (code, said), "2")
        await connection.say("QUIT")
        return Finding(True, f"lets {one_line(user, longest=40)} in")


async def _reply(connection: Conversation) -> tuple[str, str]:
    """One reply, which may have many lines: its code and its last line."""
    first = await connection.line()
    code = first[:3]
    if not re.fullmatch(r"[1-5]\d\d", code) or first[3:4] not in (" ", "-", ""):
        raise BackendError(
            "invalid", f"{connection.where}: what it says is not FTP: {one_line(first, longest=60)}"
        )
    line = first
    for _ in range(LONGEST_REPLY):
        if line[:3] == code and line[3:4] != "-":
            return code, one_line(line[4:], longest=120)
        line = await connection.line()
    raise BackendError("invalid", f"{connection.where}: its reply has no end")


def _expect(connection: Conversation, what: str, reply: tuple[str, str], first: str) -> None:
    code, said = reply
    if not code.startswith(first):
        kind: Kind = "throttled" if code.startswith("4") else "denied"
        raise BackendError(kind, f"{connection.where}: {what}: {code} {said}")
