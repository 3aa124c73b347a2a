"""The secrets of many servers and checks, read before the looks begin: none waits for a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from config.secrets import SecretError

#: The fields of a server that are references to secrets.
FIELDS = ("community", "auth_password", "privacy_password", "token")


def read(
    secret: Callable[[str], str],
    servers: Iterable[Mapping[str, Any]],
    checks: Iterable[Mapping[str, Any]] = (),
) -> Callable[[str], str]:
    """All of them by `secret`; what follows a reference later, and raises BackendError where that failed."""
    from backends.error import BackendError

    wanted = {server[field] for server in servers for field in FIELDS if server[field]}
    wanted |= {check["settings"]["password"] for check in checks if check["settings"].get("password")}
    found: dict[str, str] = {}
    failed: dict[str, str] = {}
    for reference in sorted(wanted):
        try:
            found[reference] = secret(reference)
        except (SecretError, LookupError) as error:
            failed[reference] = str(error)

    def follow(reference: str) -> str:
        if reference in failed:
            raise BackendError("invalid", failed[reference])
        return found[reference]

    return follow
