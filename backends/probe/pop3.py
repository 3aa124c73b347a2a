"""POP3 (RFC 1939, RFC 2595): does the server greet, and let an account sign in?"""

from __future__ import annotations

from backends.error import BackendError, one_line
from backends.probe.conversation import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Conversation,
    Security,
    conversation,
    tls_context,
)
from backends.probe.finding import Finding


async def ask(
    host: str,
    port: int = 110,
    *,
    security: Security = "none",
    user: str = "",
    password: str = "",
    ca_file: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
) -> Finding:
    """Greeting, STLS if asked for, USER and PASS with a `user`; the value is its mails."""
    async with conversation(
        host,
        port,
        tls=tls_context(ca_file) if security == "tls" else None,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    ) as connection:
        _expect(connection, "the greeting", await _reply(connection))
        if security == "starttls":
            _expect(connection, "STLS", await _said(connection, "STLS"))
            await connection.secure(ca_file)
        if not user:
            return Finding(True, "greets")
        connection.keep_secret(password)
        good, said = await _said(connection, f"USER {user}")
        if good:
            good, said = await _said(connection, f"PASS {password}")
        if not good:
            return Finding(False, f"{connection.where}: sign-in refused: {said}", kind="auth")
        mails = _expect(connection, "STAT", await _said(connection, "STAT")).split(" ")[0]
        await connection.say("QUIT")
        name = one_line(user, longest=40)
        return Finding(True, f"lets {name} in", float(mails) if mails.isdecimal() else None, "mails")


async def _said(connection: Conversation, command: str) -> tuple[bool, str]:
    await connection.say(command)
    return await _reply(connection)


async def _reply(connection: Conversation) -> tuple[bool, str]:
    line = await connection.line()
    if not line.startswith(("+OK", "-ERR")):
        raise BackendError(
            "invalid", f"{connection.where}: what it says is not POP3: {one_line(line, longest=60)}"
        )
    return line.startswith("+"), one_line(line.partition(" ")[2], longest=120)


def _expect(connection: Conversation, what: str, reply: tuple[bool, str]) -> str:
    good, said = reply
    if not good:
        raise BackendError("denied", f"{connection.where}: {what}: {said}")
    return said
