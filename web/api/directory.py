"""Users of directories over HTTP: who is there, who is locked, and letting one in again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from store import database
from web.access.guard import Operator, Viewer
from web.acts.directories import Directories
from web.api.words import Limit, Word
from web.here import Here
from web.shown import directory as shown
from web.shown import directory_copies as copies
from web.shown import runs

router = APIRouter(prefix="/api/v1", tags=["directory"])

UserId = Annotated[int, Path(alias="user", ge=1, le=2**63 - 1, description="A user's number here.")]
CopyId = Annotated[int, Path(alias="copy", ge=1, le=2**63 - 1, description="A copy's number.")]
DirectoryName = Annotated[Word, Path(alias="directory", description="A directory's name.")]
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")]


@router.get("/directory/users")
def list_users(
    site: Here,
    who: Viewer,
    q: Annotated[Word, Query(description="A part of a name, account, address or employee number.")] = "",
    show: Literal["all", "locked", "expiring", "off", "gone"] = "all",
    organisation: Annotated[Word, Query(description="Only of this organisation.")] = "",
    directory: Annotated[Word, Query(description="Only of this directory.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Users by name: whose they are, whether they are locked, and when their password ends."""
    return shown.users(
        site,
        database.read(),
        text=q.strip(),
        show=show,
        organisation=organisation.strip(),
        directory=directory.strip(),
        limit=limit,
        cursor=cursor,
    )


@router.get("/directory/users/{user}")
def one_user(user_id: UserId, site: Here, who: Viewer) -> dict[str, Any]:
    """One user, with groups, services and further attributes."""
    return shown.user(site, database.read(), user_id)


@router.post("/directory/users/{user}/unlock")
def unlock_user(user_id: UserId, site: Here, who: Operator) -> dict[str, Any]:
    """Let a user in again whom wrong passwords locked out; the user as the directory has it after that."""
    said = Directories(site, by=who.name, trigger="api").unlock(str(user_id))
    return {"said": said, "user": shown.user(site, database.read(), user_id)}


@router.get("/directory/copies")
def list_copies(
    who: Viewer,
    q: Annotated[Word, Query(description="A GUID, or the beginning of a name.")] = "",
    limit: Limit = 50,
    before: Cursor = None,
) -> dict[str, Any]:
    """What was kept of objects before they were deleted, or because we lack them: the newest first."""
    return copies.page(database.read(), q, limit, before)


@router.get("/directory/copies/{copy}")
def one_copy(copy_id: CopyId, who: Viewer) -> dict[str, Any]:
    """One copy with all its attributes; passwords are never kept."""
    return copies.one(database.read(), copy_id)


@router.get("/directories")
def list_directories(who: Viewer) -> dict[str, Any]:
    """Directories by name: how many users, when they were read, and what went wrong."""
    return {"directories": shown.directories(database.read())}


@router.post("/directories/{directory}/sync", status_code=202)
def sync_directory(
    name: DirectoryName,
    site: Here,
    who: Operator,
    full: Annotated[bool, Query(description="All of it.")] = False,
    believe: Annotated[bool, Query(description="Also where many users have vanished.")] = False,
) -> dict[str, Any]:
    """Have a directory read now; the run that does it."""
    done = Directories(site, by=who.name, trigger="api").sync(name, full=full, believe=believe)
    tx = database.read()
    return {"runs": [runs.one(site, tx, run_id) for run_id in done.run_ids], "merged": done.merged}
