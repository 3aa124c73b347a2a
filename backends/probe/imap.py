"""IMAP4rev1 (RFC 3501): does the server greet, and let an account sign in?"""

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

LONGEST_REPLY = 100


async def ask(
    host: str,
    port: int = 143,
    *,
    security: Security = "none",
    user: str = "",
    password: str = "",
    ca_file: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
) -> Finding:
    """Greeting, STARTTLS if asked for, LOGIN with a `user`. Raises BackendError."""
    async with conversation(
        host,
        port,
        tls=tls_context(ca_file) if security == "tls" else None,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    ) as connection:
        greeting = await connection.line()
        if greeting.startswith("* BYE"):
            raise BackendError("denied", f"{connection.where}: {one_line(greeting[6:], longest=120)}")
        if not greeting.startswith(("* OK", "* PREAUTH")):
            words = one_line(greeting, longest=60)
            raise BackendError("invalid", f"{connection.where}: what it says is not IMAP: {words}")
        if security == "starttls":
            said = await _said(connection, "s", "STARTTLS")
            if not said.upper().startswith("OK"):
                raise BackendError("denied", f"{connection.where}: STARTTLS: {said}")
            await connection.secure(ca_file)
        if not user:
            return Finding(True, "greets")
        connection.keep_secret(password, _quoted(connection, password))
        said = await _said(
            connection, "l", f"LOGIN {_quoted(connection, user)} {_quoted(connection, password)}"
        )
        if not said.upper().startswith("OK"):
            return Finding(False, f"{connection.where}: sign-in refused: {said}", kind="auth")
        await connection.say("q LOGOUT")
        return Finding(True, f"lets {one_line(user, longest=40)} in")


async def _said(connection: Conversation, tag: str, command: str) -> str:
    """What the tagged answer says; untagged lines before it are passed over."""
    await connection.say(f"{tag} {command}")
    for _ in range(LONGEST_REPLY):
        line = await connection.line()
        if line.startswith(f"{tag} "):
            return one_line(line[len(tag) + 1 :], longest=120)
        if not line.startswith(("* ", "+ ")):
            raise BackendError(
                "invalid", f"{connection.where}: what it says is not IMAP: {one_line(line, longest=60)}"
            )
    raise BackendError("invalid", f"{connection.where}: its reply has no end")


def _quoted(connection: Conversation, text: str) -> str:
    if not text.isascii():
        raise BackendError("invalid", f"{connection.where}: LOGIN knows only plain ASCII names and passwords")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
