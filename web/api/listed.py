"""A listing as one JSON document, written once for all who ask while nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import Any

from fastapi import Request, Response


def listed(request: Request, question: Hashable, read: Callable[[], dict[str, Any]]) -> Response:
    """The answer to a listing that is the same for everybody who may see it. Raises DatabaseError."""
    text = request.app.state.hub.fresh(question, lambda: _written(read()))
    return Response(text, media_type="application/json")


def _written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
