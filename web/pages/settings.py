"""Settings of the site, for admins: a page for each part, with an address of its own."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from node.site import Site
from store import database, user
from web.access.guard import Admin
from web.access.who import ROLES, Who
from web.acts.profiles import live_profiles
from web.here import Here
from web.pages.render import render
from web.shown import effects, sample, secrets, site_configuration, users
from web.shown import site as shown_site

router = APIRouter(include_in_schema=False)

PAGE = "/settings"


class Tab(NamedTuple):
    """One part of the settings."""

    name: str
    title: str


TABS = (
    Tab("users", "Users"),
    Tab("tokens", "Tokens"),
    Tab("profiles", "Profiles"),
    Tab("observe", "Observe mode"),
    Tab("secrets", "Secrets"),
    Tab("mail", "Mail"),
    Tab("configuration", "Configuration"),
)


@router.get(PAGE)
def index(who: Admin) -> Response:
    """The first part."""
    return RedirectResponse(f"{PAGE}/{TABS[0].name}", 303)


@router.get(PAGE + "/users")
def users_page(request: Request, site: Here, who: Admin) -> Response:
    """Who may sign in."""
    return users_part(request, site, who)


@router.get(PAGE + "/tokens")
def tokens_page(request: Request, site: Here, who: Admin) -> Response:
    """The access tokens of all users."""
    return part(request, who, "tokens", tokens=users.tokens(database.read(), site.clock.now()))


@router.get(PAGE + "/profiles")
def profiles_page(request: Request, site: Here, who: Admin) -> Response:
    """Parts of the catalogue, switched on or off."""
    tx = database.read()
    rows = shown_site.profiles(site.settings, live_profiles(tx))
    return part(request, who, "profiles", profiles=rows, sample=sum(sample.loaded(tx).values()))


@router.get(PAGE + "/observe")
def observe_page(request: Request, site: Here, who: Admin) -> Response:
    """What goes out of this site today, and what does not."""
    tx = database.read()
    status, families = shown_site.status(site.settings, tx), effects.families(site, tx)
    return part(request, who, "observe", status=status, families=families, mail=_mail(site))


@router.get(PAGE + "/secrets")
def secrets_page(request: Request, site: Here, who: Admin) -> Response:
    """The names of sealed secrets; their values are only ever written."""
    tx = database.read()
    rows, problems = secrets.listing(site.settings, tx), list(secrets.problems(site.settings, tx))
    return part(request, who, "secrets", secrets=rows, problems=problems)


@router.get(PAGE + "/mail")
def mail_page(request: Request, site: Here, who: Admin) -> Response:
    """How mail goes out, and a test of it."""
    staff = site.settings.site.admin
    return part(request, who, "mail", mail=_mail(site), to=staff[0] if staff else "")


@router.get(PAGE + "/configuration")
def configuration_page(request: Request, site: Here, who: Admin) -> Response:
    """Every key in force, and who set it."""
    sections = site_configuration.sections(site.settings)
    return part(request, who, "configuration", sections=sections, file=site.settings.file)


def users_part(
    request: Request,
    site: Site,
    who: Who,
    *,
    made: tuple[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """The users; `made` is a name with the one-time password that is shown this once."""
    tx, now = database.read(), site.clock.now()
    ids = {row["name"]: row["id"] for row in user.rows(tx)}
    rows = users.listing(tx)
    for row in rows:
        row["sessions"] = len(users.sessions(tx, ids[row["name"]], now))
    return part(
        request,
        who,
        "users",
        status,
        users=rows,
        roles=ROLES,
        made=made,
        problem=problem,
        provider=bool(site.settings.oidc.issuer),
    )


def part(request: Request, who: Who, tab: str, status_code: int = 200, **values: Any) -> Response:
    """The page of a tab."""
    chosen = next(each for each in TABS if each.name == tab)
    return render(
        request, who, f"settings_{tab}.html", status_code=status_code, tabs=TABS, tab=chosen, **values
    )


def _mail(site: Site) -> dict[str, Any]:
    settings = site.settings.mail
    missing = sorted({"mail.host", "mail.sender"} - set(settings.has()))
    return {
        **site_configuration.mail(site.settings),
        "observe": settings.observe,
        "missing": missing,
        "folder": settings.folder,
    }
