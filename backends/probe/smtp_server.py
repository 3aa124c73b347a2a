"""SMTP (RFC 5321): does the server greet, know EHLO, and let an account sign in? No mail is sent."""

from __future__ import annotations

import base64
import re

from backends.error import BackendError, Kind, one_line
from backends.probe.conversation import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Conversation,
    Security,
    conversation,
    tls_context,
)
from backends.probe.finding import Finding

LONGEST_REPLY = 100


async def ask(
    host: str,
    port: int = 25,
    *,
    security: Security = "none",
    user: str = "",
    password: str = "",
    ca_file: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
) -> Finding:
    """Greeting, EHLO, STARTTLS if asked for, AUTH PLAIN with a `user`. Raises BackendError."""
    async with conversation(
        host,
        port,
        tls=tls_context(ca_file) if security == "tls" else None,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    ) as connection:
        _expect(connection, "the greeting", await _reply(connection), "220")
        offers = await _hello(connection)
        if security == "starttls":
            if "STARTTLS" not in offers:
                raise BackendError("denied", f"{connection.where}: it offers no STARTTLS")
            _expect(connection, "STARTTLS", await _said(connection, "STARTTLS"), "220")
            await connection.secure(ca_file)
            await _hello(connection)
        if user:
            secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            connection.keep_secret(password, secret)
            code, lines = await _said(connection, f"AUTH PLAIN {secret}")
            if code in ("534", "535", "538"):
                return Finding(False, f"{connection.where}: sign-in refused: {code}", kind="auth")
            _expect(connection, "the sign-in", (code, lines), "235")
        await connection.say("QUIT")
        return Finding(True, f"lets {one_line(user, longest=40)} in" if user else "greets")


async def _hello(connection: Conversation) -> set[str]:
    code, lines = await _said(connection, "EHLO tickworks.invalid")
    _expect(connection, "EHLO", (code, lines), "250")
    return {line.split(" ")[0].upper() for line in lines}


async def _said(connection: Conversation, command: str) -> tuple[str, list[str]]:
    await connection.say(command)
    return await _reply(connection)


async def _reply(connection: Conversation) -> tuple[str, list[str]]:
    lines: list[str] = []
    while len(lines) < LONGEST_REPLY:
        line = await connection.line()
        if not re.match(r"[2-5]\d\d([ -]|$)", line):
            raise BackendError(
                "invalid", f"{connection.where}: what it says is not SMTP: {one_line(line, longest=60)}"
            )
        lines.append(line[4:])
        if line[3:4] != "-":
            return line[:3], lines
    raise BackendError("invalid", f"{connection.where}: its reply has no end")


def _expect(connection: Conversation, what: str, reply: tuple[str, list[str]], wanted: str) -> None:
    code, lines = reply
    if code != wanted:
        kind: Kind = "throttled" if code.startswith("4") else "denied"
        raise BackendError(kind, f"{connection.where}: {what}: {code} {one_line(lines[-1], longest=120)}")
