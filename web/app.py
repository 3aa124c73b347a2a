"""The web application: pages, the API and live events of one site."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from node.prepare import release
from node.site import Site
from web import failures, static_files
from web.access import gate
from web.access.fault import Fault
from web.access.readable import Readable
from web.api.description import Document, described
from web.live.feed import Feed
from web.live.hub import Hub
from web.live.hurry import Hurry
from web.routes import ROUTERS, VIEWS

#: Requests that may use the database at once: each has a connection of its own.
THREADS = 4
#: Bytes from which an answer is compressed.
COMPRESS = 1024


def build(site: Site, host: str) -> FastAPI:
    """The application for a site; `host` is the address it listens on. The database must be open."""
    hub = Hub(site, VIEWS)
    feed = Feed(site)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        hub.close()
        feed.close()

    app = _bare(lifespan)
    app.state.site = site
    app.state.hub = hub
    app.state.feed = feed
    app.add_middleware(Fault, answer=failures.answer)
    app.add_middleware(Hurry, hub=hub)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESS, compresslevel=4)
    app.add_middleware(Readable, answer=failures.answer)
    gate.install(app, site, host)
    failures.add(app)
    static_files.mount(app)
    _include(app)
    return app


def description() -> Document:
    """What ``GET /api/v1/openapi.json`` answers, without a site."""
    app = _bare()
    for router in ROUTERS:
        app.include_router(router)
    return described(app, app.routes)


def description_text() -> str:
    """The same as the text of ``docs/openapi.json``."""
    return json.dumps(description(), indent=2, ensure_ascii=False) + "\n"


def _bare(lifespan: Any = None) -> FastAPI:
    return FastAPI(
        title="Tickworks",
        version=release(),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )


def _include(app: FastAPI) -> None:
    """Every route, and the description of the API, which is made when somebody asks for it.

    FastAPI would make each route anew for each application, when it is first asked for anything: half a
    second for 365 routes, in which the first page stands still. Ours need nothing of the application's.
    """
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    app.openapi = lru_cache(maxsize=1)(description)  # type: ignore[method-assign]
