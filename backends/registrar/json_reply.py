"""JSON answers of registrars: read as what they should be, or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from backends.error import BackendError
from backends.http.fetch import Reply


def read_object(reply: Reply, who: str) -> dict[str, Any]:
    """The JSON object in an answer. Raises BackendError ``invalid`` for anything else."""
    if reply.cut:
        raise BackendError("invalid", f"{who}: its answer is longer than anybody should read")
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise BackendError("invalid", f"{who}: its answer is no JSON") from None
    if not isinstance(found, dict):
        raise BackendError("invalid", f"{who}: its answer is no JSON object")
    return found


def texts(found: object) -> list[str]:
    """The texts in a list; nothing of what is none."""
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def objects(found: object) -> list[dict[str, Any]]:
    """The objects in a list; nothing of what is none."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(found: object) -> str:
    """The text, or an empty one."""
    return found if isinstance(found, str) else ""


def moment(found: object) -> datetime | None:
    """A time in UTC, from RFC 3339 or Unix seconds; None for what is none, or says no zone."""
    try:
        if isinstance(found, int | float) and not isinstance(found, bool):
            return datetime.fromtimestamp(found, UTC)
        at = datetime.fromisoformat(text(found))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None
