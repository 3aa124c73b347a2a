"""How a request that went wrong is answered: programs get a problem document, people a sentence."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from store.errors import DatabaseAway, DatabaseError
from web.access.answers import for_programs
from web.access.problem import problem
from web.acts.refusal import Refusal
from web.api.problem import of_refusal, status_of
from web.pages.notice import acted, partial
from web.pages.render import render


def add(app: FastAPI) -> None:
    """Answer what handlers raise."""

    @app.exception_handler(DatabaseError)
    def away(request: Request, error: DatabaseError) -> Response:
        status = 503 if isinstance(error, DatabaseAway) else 500
        return answer(request, status, "The database does not answer", str(error), "database")

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> Response:
        if for_programs(request):
            return of_refusal(error)
        if request.method != "GET":
            return acted(request, str(error), tone="bad")
        status = status_of(error)
        return answer(request, status, "Not found" if status == 404 else "Not done", str(error), error.code)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail), "", None)

    @app.exception_handler(RequestValidationError)
    def wrong(request: Request, error: RequestValidationError) -> Response:
        said = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return answer(request, 422, "The request is not valid", said, "bad_request")


def answer(request: Request, status: int, title: str, detail: str, code: str | None) -> Response:
    """A problem document for programs; for people a page, or the part of it that says so."""
    if for_programs(request) or not _for_people(request):
        return problem(status, title, detail, code=code)
    if "hx-request" in request.headers:
        return HTMLResponse(partial(f"{title}: {detail}" if detail else title, "bad"), status)
    return render(request, None, "failure.html", status_code=status, title=title, detail=detail)


def _for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers
