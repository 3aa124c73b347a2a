"""What a registrar says of a domain, next to what we knew: nothing known is lost, and steps back are seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The fields of a contact that registrars keep back (RFC 9537).
PERSONAL = ("name", "organisation", "email", "phone", "street", "city", "region", "postal_code", "country")

Contacts = Mapping[str, Mapping[str, Any]]


def merged(before: Contacts, now: Contacts) -> dict[str, dict[str, Any]]:
    """The contacts by role. What the registrar keeps back stays as it was known, marked ``redacted``.

    A role that it does not name at all any more is gone. Another handle is another person.
    """
    return {role: _one(before.get(role, {}), found) for role, found in now.items()}


def moved_back(before: float | None, now: float | None) -> bool:
    """Whether an expiry lies more than a day before the one that was known (epoch seconds)."""
    return before is not None and now is not None and now < before - 86_400.0


def _one(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(now)
    same = not before.get("handle") or not now.get("handle") or before["handle"] == now["handle"]
    if found.get("redacted") and same:
        found |= {name: before[name] for name in PERSONAL if not found.get(name) and before.get(name)}
    return found
