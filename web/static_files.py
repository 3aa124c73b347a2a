"""The style sheet, the scripts and the vendored files, each under an address that names its content.

A browser may keep such a file for ever: a changed file has another address.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, Response

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
FOR_EVER = "public, max-age=31536000, immutable"


def mount(app: FastAPI) -> None:
    """Serve the folder; only files that are there at the start exist."""
    known = files()

    @app.get("/static/{name:path}", include_in_schema=False)
    def static(request: Request, name: str) -> Response:
        path = known.get(name)
        if path is None:
            raise HTTPException(404, "There is no such file")
        kept = FOR_EVER if request.url.query == _version(path) else "no-cache"
        return FileResponse(path, media_type=TYPES[path.suffix], headers={"cache-control": kept})


@lru_cache(maxsize=1)
def files() -> dict[str, Path]:
    """What may be served, by its name below the folder."""
    found = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES)
    return {str(path.relative_to(FOLDER)): path for path in found}


def address(name: str) -> str:
    """Where a page finds a file. Raises KeyError for one that is not there."""
    return f"/static/{name}?{_version(files()[name])}"


@lru_cache(maxsize=64)
def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
