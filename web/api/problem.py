"""What was refused, as a problem document (RFC 9457) with its status, a stable code and what else helps."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from web.access.problem import problem
from web.acts.edit_service import Edited, EditProblems
from web.acts.refusal import UNKNOWN, UNREACHABLE, USAGE, Refusal

#: Codes whose status does not follow from what the command line ends with.
STATUSES = {
    "edited_meanwhile": 412,
    "precondition_required": 428,
    "key_used": 422,
    "unknown_here": 409,
    "unknown_step": 422,
    "unknown_profile": 404,
    "exists": 409,
}
TITLES = {
    404: "There is no such thing",
    409: "Refused in this state",
    412: "Somebody else was faster",
    422: "The request is not valid",
    428: "Say which version you have looked at",
    503: "The system cannot be reached",
}


def status_of(error: Refusal) -> int:
    """404 for what does not exist, 422 for wrong values, 503 for what is away, else 409 (or its own)."""
    by_exit = {UNKNOWN: 404, USAGE: 422, UNREACHABLE: 503}
    return STATUSES.get(error.code, by_exit.get(error.exit_code, 409))


def of_refusal(error: Refusal) -> JSONResponse:
    """The document: with ``problems`` by field, or with both versions of what somebody else has edited."""
    status = status_of(error)
    more: dict[str, Any] = {}
    headers = {}
    if isinstance(error, EditProblems):
        more = {"problems": error.problems}
    if isinstance(error, Edited):
        more = {
            "current": error.current,
            "changed_by": error.changed_by,
            "changed_at": error.changed_at,
            "change": error.change,
        }
        headers["etag"] = f'"{error.current["revision"]}"'
    return problem(status, TITLES[status], str(error), code=error.code, headers=headers, more=more)
