"""What ``/api/v1/openapi.json`` says besides the handlers' types: tags, summaries, errors, examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from domain.objects.catalogue import KINDS
from domain.objects.kind import Kind
from web.api.examples import EXAMPLES

Document = dict[str, Any]

PREFIX = "/api/v1/"
METHODS = ("get", "put", "post", "patch", "delete")
ABOUT = """\
Everything that the page and the command line do. Times are RFC 3339 in UTC, spans are seconds.

* **Who asks**: an access token (`Authorization: Bearer …`; made with `tickworks token add` or at the
  profile page), or the session of the page. A *viewer* reads everything but secrets, an *operator* runs,
  cancels, enables, disables and works the jobs, an *admin* does the rest.
* **Errors** are problem documents (RFC 9457); their `code` is stable.
* **Long lists** come in pages, the newest first: `next` is the cursor of the page that follows, null
  after the last.
* **Edits** of a service take the `ETag` of what was looked at as `If-Match`, so that nobody's edit is
  overwritten unseen. What starts something takes an `Idempotency-Key`, which is remembered for 24 hours.
* **News** come from `GET /api/v1/events` as server-sent events.
"""
#: Tags in the order of the page, and what each is about.
TAGS = {
    "services": "The catalogue: listing, one of them, edits, previews of a schedule, and forcing a run.",
    "runs": "Executions: listing, one of them, its log, and cancelling it.",
    "groups": "Run groups: who holds them, who waits and why, and the forecast of the next day.",
    "nodes": "Machines and containers: their roles, slots and processes; draining.",
    "jobs": "The work queue: items, what may be done to them, and how many run at once.",
    "alerts": "What is wrong with the system itself; acknowledgements, mutes, maintenance windows.",
    "reports": "Queries over runs and jobs, and when they are mailed to whom.",
    "hooks": "Event hooks, how they do, and their calls with every try.",
    "tickets": "Tickets of the helpdesk: their messages, answers, notes, locks and states.",
    "campaigns": "Mail to many, once each and at a pace: drafts, progress, recipients, pausing.",
    "workflows": "What is done when something happens: versions, dry runs, and runs with their steps.",
    "mails": "The mail log: what went out to whom, what waits, and what failed.",
    "events": "What happens, as it happens.",
    "objects": "What operators supply: organisations, servers, checks, … each kind in the same way.",
    "monitoring": "Servers with what was measured on them, and checks with what they found.",
    "calls": "Rated calls and mismatches, their sums, days, files, and rating again.",
    "voice": "What calls cost: looking a number up.",
    "names": "Zones with their records, and domains: what is known of them.",
    "directory": "Users of directories, who of them is locked out, and letting one in again.",
    "effects": "Observe mode: families, acts that are held back, and steps that destroy.",
    "audit": "Who changed what, when, from where and why.",
    "secrets": "Names of sealed secrets; their values are only ever written.",
    "site": "The whole site: maintenance mode, and a sample to begin with.",
}
#: The first word of a path that names another tag than itself.
_TAG_OF = {
    "job-kinds": "jobs",
    "job-limits": "jobs",
    **dict.fromkeys(("zones", "domains"), "names"),
    "directories": "directory",
    **dict.fromkeys(("servers", "checks"), "monitoring"),
    "maintenance": "site",
    "sample": "site",
    "forecast": "groups",
    **dict.fromkeys(("families", "held-acts", "destructions"), "effects"),
}
_WHY = {
    400: "The request cannot be read",
    401: "Nobody, or nobody any more: send a valid access token",
    403: "It takes another role",
    404: "There is no such thing",
    409: "Refused in this state",
    412: "Somebody else was faster: look again",
    413: "The body is too large",
    415: "The body is no JSON in UTF-8, or it is packed",
    422: "A value is wrong; `detail` names it",
    428: "Say with If-Match which version you have looked at",
    503: "The database is away",
}
_PROBLEM: Document = {
    "type": "object",
    "description": "A problem document (RFC 9457); some problems have members of their own.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do next."},
        "code": {"type": "string", "description": "Stable, for programs."},
    },
    "example": {
        "type": "urn:tickworks:problem:unknown_run",
        "title": "There is no such thing",
        "status": 404,
        "detail": "there is no run 7: `tickworks runs` lists them",
        "code": "unknown_run",
    },
}


def described(app: FastAPI, routes: list[BaseRoute]) -> Document:
    """The whole description of an application's API."""
    document = get_openapi(
        title="Tickworks",
        version=app.version,
        description=ABOUT,
        routes=routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = _PROBLEM
    schemas |= {f"object_{kind.name}": _object(kind) for kind in KINDS}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                _operation(path, method, methods[method])
    return document


def _object(kind: Kind) -> Document:
    """What an object of a kind may be given."""
    schema = kind.model.model_json_schema()
    schema["properties"]["reason"] = {"type": "string", "maxLength": 1000, "description": "For the audit."}
    schema["description"] = kind.about
    return {**schema, "title": kind.title}


def _operation(path: str, method: str, operation: Document) -> None:
    _say(operation)
    operation["responses"].pop("422", None)
    if not path.startswith(PREFIX):
        return
    first = path.removeprefix(PREFIX).partition("/")[0]
    operation["tags"] = [_TAG_OF.get(first, first)]
    for status in _errors(path, method):
        schema = {"$ref": "#/components/schemas/Problem"}
        said = {"description": _WHY[status], "content": {"application/problem+json": {"schema": schema}}}
        operation["responses"].setdefault(str(status), said)
    example = EXAMPLES.get(f"{method.upper()} {path.removeprefix(PREFIX)}")
    for answer in operation["responses"].values() if example else ():
        if "application/json" in answer.get("content", {}):
            answer["content"]["application/json"]["example"] = example


def _say(operation: Document) -> None:
    """The first line of what a handler says is its summary, the rest its description."""
    text = operation.get("description", "")
    first, _, rest = text.partition("\n\n")
    operation["summary"] = " ".join(first.split()).rstrip(".").replace("``", "`")
    operation.pop("description", None)
    if rest.strip():
        operation["description"] = rest.replace("``", "`")


def _errors(path: str, method: str) -> list[int]:
    found = [401, 403, 404, 422, 503]
    if method != "get":
        found += [400, 409, 413, 415]
    if method == "patch":
        found += [412, 428]
    if path.endswith("/{object_id}/archive"):
        found += [412]
    if path.startswith("/api/v1/tickets/") and path.endswith(("/replies", "/notes")):
        found += [412, 428]
    return sorted(found)
