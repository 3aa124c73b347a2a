"""Names of domains and hosts as registrars write them: ASCII, lower case, no dot at the end."""

from __future__ import annotations

from backends.dns.names import to_ascii


def written(name: str) -> str:
    """The name in any script, as a registrar knows it. Raises BackendError ``invalid``."""
    return to_ascii(name).rstrip(".")
