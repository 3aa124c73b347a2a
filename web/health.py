"""What load balancers and containers ask; open to everybody, and it tells nothing that is secret."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from web.here import Here
from web.shown import health

router = APIRouter()


@router.get("/healthz")
def alive() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(site: Here) -> JSONResponse:
    """Runs can happen: database, migrations, broker and beat; 503 with the reasons if not."""
    found = health.problems(site.clock, lambda: bool(broker(site.settings.broker.url).reachable()))
    status = {"status": "unavailable", "problems": found} if found else {"status": "ok"}
    return JSONResponse(status, 503 if found else 200)


@lru_cache(maxsize=1)
def broker(url: str) -> Any:
    """This process's way to the broker, connected when it is first used."""
    from broker.connect import connect

    return connect(url)
