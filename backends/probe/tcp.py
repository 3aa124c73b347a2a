"""TCP: does the port take a connection, and does who listens greet as expected (SSH-2.0)?"""

from __future__ import annotations

from backends.error import one_line
from backends.probe.conversation import CONNECT_TIMEOUT, READ_TIMEOUT, conversation
from backends.probe.finding import Finding


async def ask(
    host: str,
    port: int,
    *,
    greeting: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
) -> Finding:
    """Connect; with `greeting` wait for the first line, which must begin so. Raises BackendError."""
    async with conversation(
        host, port, connect_timeout=connect_timeout, read_timeout=read_timeout
    ) as connection:
        if not greeting:
            return Finding(True, "takes connections")
        said = one_line(await connection.line(), longest=80)
        if said.startswith(greeting):
            return Finding(True, f"greets: {said}")
        return Finding(
            False, f"{connection.where}: expected a greeting {greeting}, got {said or 'an empty line'}"
        )
