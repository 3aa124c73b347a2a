"""Trying SMTP settings without sending a mail: connect, secure, sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backends.smtp import Server, Session, SmtpError

#: The usual port by how a connection is secured.
PORTS = {"starttls": 587, "tls": 465, "none": 25}
#: Seconds that somebody waits for an answer.
TIMEOUT = 10.0


def try_out(
    found: Mapping[str, Any], secret: Callable[[str], str], timeout: float = TIMEOUT
) -> list[tuple[bool, str]]:
    """What worked and what did not, a line each. Raises what `secret` raises."""
    password = secret(found["password"]) if found["password"] else ""
    port = found["port"] or PORTS[found["security"]]
    server = Server(
        found["host"], port, found["security"], found["ca_file"], found["username"], password, timeout
    )
    try:
        session = Session(server)
    except SmtpError as error:
        return [(False, str(error))]
    session.close()
    how = {"starttls": "secured by STARTTLS", "tls": "secured by TLS", "none": "not secured"}
    lines = [(True, f"{server} takes mail, {how[found['security']]}")]
    if found["username"]:
        lines.append((True, f"signed in as {found['username']}"))
    return lines
