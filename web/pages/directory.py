"""The pages of directories: their users, one user with what they have, and how far the copy of each is."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from domain.time.spoken import count
from store import database, held_act
from store.object import read
from web.access.guard import Operator, Viewer
from web.acts.directories import Directories
from web.here import Here
from web.live.stream import own_address
from web.pages.acting import act
from web.pages.render import fragment, render
from web.shown import directory as shown
from web.shown import directory_copies as copies

router = APIRouter(include_in_schema=False)

USERS, DIRECTORIES = "/directory", "/directories"
Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Yes = Annotated[str, Form(max_length=10)]
ROWS = 50
#: Organisations that the form offers; others are found by their name in the address.
CHOICES = 200
WORDS = {
    "all": "all",
    "locked": "locked out",
    "expiring": "password ends soon",
    "off": "switched off",
    "gone": "gone",
}


@router.get(USERS)
def user_list(
    request: Request,
    site: Here,
    who: Viewer,
    q: Word = "",
    show: Word = "all",
    organisation: Word = "",
    directory: Word = "",
    cursor: Cursor = None,
) -> Response:
    """Users by name; to a search from the page itself, only the table."""
    tx = database.read()
    asked = {"q": q, "show": show if show in WORDS else "all"}
    asked |= {"organisation": organisation, "directory": directory}
    found = shown.users(
        site,
        tx,
        text=q.strip(),
        show=asked["show"],
        organisation=organisation.strip(),
        directory=directory.strip(),
        limit=ROWS,
        cursor=cursor,
    )
    kept = {name: value for name, value in asked.items() if value and (name, value) != ("show", "all")}
    values: dict[str, Any] = {
        "rows": found["users"],
        "asked": asked,
        "narrowed": bool(kept),
        "next": f"{USERS}?{urlencode({**kept, 'cursor': found['next']})}" if found["next"] else "",
        "first": f"{USERS}?{urlencode(kept)}" if cursor else "",
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_directory_table.html", zone=site.zone, **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(
        request,
        who,
        "directory.html",
        **values,
        shows=WORDS,
        tally=shown.tally(site, tx),
        directories=[row["name"] for row in shown.directories(tx)],
        organisations=[row["name"] for row in read.page(tx, "organisation", limit=CHOICES)[0]],
    )


@router.get(USERS + "/{user_id}")
def user_page(request: Request, user_id: UserId, site: Here, who: Viewer) -> Response:
    """One user: how the account stands, groups and services."""
    tx = database.read()
    found = shown.user(site, tx, user_id)
    return render(request, who, "directory_user.html", row=found, observes=shown.observes(tx))


@router.post(USERS + "/{user_id}/unlock")
def unlock(request: Request, user_id: UserId, site: Here, who: Operator) -> Response:
    """Let the user in again."""
    work = Directories(site, by=who.name)
    return act(request, lambda: work.unlock(str(user_id)), to=f"{USERS}/{user_id}")


@router.get(DIRECTORIES)
def directory_list(request: Request, who: Viewer) -> Response:
    """Each directory with its last reads and what went wrong."""
    tx = database.read()
    rows = shown.directories(tx)
    held = held_act.counts(tx).get(shown.FAMILY, {}).get("held", 0)
    return render(request, who, "directories.html", rows=rows, observes=shown.observes(tx), held=held)


@router.get(DIRECTORIES + "/copies")
def copy_list(request: Request, who: Viewer, q: Word = "", before: Cursor = None) -> Response:
    """What was kept of objects before they were deleted, or because we lack them."""
    found = copies.page(database.read(), q, ROWS, before)
    more = {"q": q, "before": found["next"]} if q else {"before": found["next"]}
    older = f"{DIRECTORIES}/copies?{urlencode(more)}" if found["next"] else ""
    return render(request, who, "directory_copies.html", rows=found["copies"], q=q, older=older)


@router.get(DIRECTORIES + "/copies/{copy_id}")
def copy_page(request: Request, copy_id: UserId, who: Viewer) -> Response:
    """One copy with all its attributes."""
    return render(request, who, "directory_copy.html", row=copies.one(database.read(), copy_id))


@router.post(DIRECTORIES + "/sync")
def sync(
    request: Request,
    site: Here,
    who: Operator,
    name: Annotated[str, Form(max_length=200)] = "",
    full: Yes = "",
    believe: Yes = "",
) -> Response:
    """Read a directory now."""

    def work() -> str:
        acts = Directories(site, by=who.name)
        done = acts.sync(name, full=full == "yes", believe=believe == "yes")
        ids = ", ".join(map(str, done.run_ids))
        stands = "stands for this one" if done.merged else "is asked for"
        return f"{done.service.title}: {count(len(done.run_ids), 'run')} {ids} {stands}"

    return act(request, work, to=DIRECTORIES)
