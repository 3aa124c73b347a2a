"""What admins do to users and to their access tokens at the settings page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from domain.time.spoken import count
from node.site import Site
from store import database
from web.access.guard import Admin
from web.access.who import Who
from web.acts import identities, tokens, users
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.settings import PAGE, users_part

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Path(max_length=100)]
Word = Annotated[str, Form(max_length=200)]
USERS, TOKENS = f"{PAGE}/users", f"{PAGE}/tokens"


@router.post(USERS)
def add(request: Request, site: Here, who: Admin, name: Word = "", role: Word = "viewer") -> Response:
    """Make a user; the answer shows the one-time password, once."""
    wanted = name.strip()
    return _shown_once(request, site, who, wanted, lambda: users.add(site, wanted, role, by=who.name))


@router.post(USERS + "/{name}/password")
def new_password(request: Request, site: Here, who: Admin, name: Name) -> Response:
    """Make another one-time password; the answer shows it, once."""
    return _shown_once(request, site, who, name, lambda: users.set_password(site, name, by=who.name))


@router.post(USERS + "/{name}/role")
def set_role(request: Request, site: Here, who: Admin, name: Name, role: Word = "") -> Response:
    """Give another role; their sessions end."""

    def work() -> str:
        if users.set_role(site, name, role, by=who.name):
            return f"{name} is {role} now, and signs in anew"
        return f"{name} is {role} already"

    return act(request, work, to=USERS)


@router.post(USERS + "/{name}/disable")
def disable(request: Request, site: Here, who: Admin, name: Name) -> Response:
    """Let them in no more."""

    def work() -> str:
        done = users.disable(site, name, by=who.name)
        return f"{name} is disabled: their sessions have ended" if done else f"{name} was disabled already"

    return act(request, work, to=USERS)


@router.post(USERS + "/{name}/enable")
def enable(request: Request, site: Here, who: Admin, name: Name) -> Response:
    """Let them in again."""

    def work() -> str:
        return (
            f"{name} is enabled" if users.enable(site, name, by=who.name) else f"{name} was enabled already"
        )

    return act(request, work, to=USERS)


@router.post(USERS + "/{name}/sessions/end")
def end_sessions(request: Request, site: Here, who: Admin, name: Name) -> Response:
    """Sign them out everywhere."""

    def work() -> str:
        return f"{name}: {count(users.end_sessions(site, name, by=who.name), 'session')} ended"

    return act(request, work, to=USERS)


@router.get(USERS + "/{name}/link")
def ask_link(request: Request, who: Admin, name: Name) -> Response:
    """The form that links a user. Raises Refusal (unknown_user)."""
    known = users.one(database.read(), name)["name"]
    return dialog(request, who, "_user_link.html", f"Link {known}", title=f"Link {known}", name=known)


@router.post(USERS + "/{name}/link")
def link(request: Request, site: Here, who: Admin, name: Name, subject: Word = "") -> Response:
    """Let them in through the identity provider: who has this subject, or who comes first by this name."""

    def work() -> str:
        wanted = subject.strip() or None
        done = identities.link(site, name, by=who.name, subject=wanted)
        whom = "this subject" if wanted else "whoever comes first with this name"
        return (
            f"{name} is linked to {whom} of the identity provider" if done else f"{name} was linked already"
        )

    return act(request, work, to=USERS)


@router.post(USERS + "/{name}/unlink")
def unlink(request: Request, site: Here, who: Admin, name: Name) -> Response:
    """Let nobody in through the identity provider as them."""

    def work() -> str:
        done = identities.unlink(site, name, by=who.name)
        return f"{name} is not linked any more, and signed out" if done else f"{name} was not linked"

    return act(request, work, to=USERS)


@router.post(TOKENS + "/{prefix}/revoke")
def revoke(request: Request, site: Here, who: Admin, prefix: Name) -> Response:
    """End anybody's token."""

    def work() -> str:
        done = tokens.revoke(site, prefix, by=who.name)
        return f"token {prefix} is revoked" if done else f"token {prefix} was revoked already"

    return act(request, work, to=TOKENS)


def _shown_once(
    request: Request, site: Site, who: Who, name: str, make: Callable[[], str | None]
) -> Response:
    """The page of the users with the password that was made; nothing keeps it."""
    try:
        made = make()
    except Refusal as refused:
        return users_part(request, site, who, problem=str(refused), status=422)
    return users_part(request, site, who, made=(name, made or ""))
