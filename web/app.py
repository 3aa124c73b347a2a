"""The web application: health, the first of the API, and a plain page of services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from domain.run_state import STATES
from node.prepare import release
from node.site import Site
from store import database
from store.errors import DatabaseAway, DatabaseError
from web.page import page
from web.shown import health, runs, services

#: Requests that may use the database at once: each has a connection of its own.
THREADS = 4


def build(site: Site, host: str) -> FastAPI:
    """The application for a site; `host` is the address it listens on. The database must be open."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield

    app = FastAPI(
        title="Tickworks",
        version=release(),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    if ":" not in host:
        # A page of another site must not read ours by a name that it lets point here.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", host])
    _problems(app)
    _health(app, site)
    _api(app, site)

    @app.get("/", include_in_schema=False, response_class=HTMLResponse)
    def index() -> str:
        return page(site, services.listing(site, database.read()))

    return app


def _api(app: FastAPI, site: Site) -> None:
    @app.get("/api/v1/services")
    def list_services() -> dict[str, Any]:
        """Every service, as `tickworks services --json`."""
        return {"services": services.listing(site, database.read())}

    @app.get("/api/v1/runs")
    def list_runs(
        service: str | None = None,
        state: Annotated[list[str] | None, Query(description=", ".join(STATES))] = None,
        node: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> dict[str, Any]:
        """The newest runs first, as `tickworks runs --json`."""
        found = runs.listing(
            site, database.read(), service=service, states=state or [], node=node, limit=limit
        )
        return {"runs": found}


def _health(app: FastAPI, site: Site) -> None:
    reachable = _broker_check(site)

    @app.get("/healthz")
    def alive() -> dict[str, str]:
        """This process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    def ready() -> JSONResponse:
        """Runs can happen: database, migrations, broker and beat; 503 with the reasons if not."""
        found = health.problems(site.clock, reachable)
        status = {"status": "unavailable", "problems": found} if found else {"status": "ok"}
        return JSONResponse(status, 503 if found else 200)


def _broker_check(site: Site) -> Callable[[], bool]:
    @lru_cache(maxsize=1)
    def broker() -> Any:
        from broker.connect import connect

        return connect(site.settings.broker.url)

    return lambda: bool(broker().reachable())


def _problems(app: FastAPI) -> None:
    """Errors are problem documents (RFC 9457)."""

    @app.exception_handler(DatabaseError)
    async def away(_: Request, error: DatabaseError) -> JSONResponse:
        status = 503 if isinstance(error, DatabaseAway) else 500
        return _problem(status, "The database does not answer", str(error))

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return _problem(error.status_code, str(error.detail), "")

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: RequestValidationError) -> JSONResponse:
        said = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return _problem(422, "The request is not valid", said)


def _problem(status: int, title: str, detail: str) -> JSONResponse:
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(document, status, media_type="application/problem+json")
