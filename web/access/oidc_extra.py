"""Whether the libraries for an identity provider are installed; asked without importing them."""

from __future__ import annotations

from importlib.util import find_spec

#: What the extra ``oidc`` brings.
LIBRARIES = ("authlib", "httpx2")


def missing() -> str | None:
    """What to do where a provider is configured and the extra is not installed; None if it is."""
    if all(find_spec(name) is not None for name in LIBRARIES):
        return None
    return (
        "[oidc] needs libraries that are not installed: `pip install 'tickworks[oidc]'`, or take [oidc] away"
    )
