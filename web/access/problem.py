"""Errors of the API as problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse


def problem(
    status: int,
    title: str,
    detail: str = "",
    *,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """A problem document; `code` is stable, for programs, and `more` are members of this problem only."""
    kind = "about:blank" if code is None else f"urn:tickworks:problem:{code}"
    document = {"type": kind, "title": title, "status": status, "detail": detail}
    if code is not None:
        document["code"] = code
    document |= more or {}
    return JSONResponse(document, status, dict(headers or {}), media_type="application/problem+json")
