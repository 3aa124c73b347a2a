"""Does every route let in whom its guard names, and nobody else?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import fastapi.routing
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.responses import Response
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from store import database
from tests.support.visitors import Application
from web.access.guard import GUARDS
from web.access.sessions import COOKIE
from web.access.who import ROLES
from web.acts import tokens

#: What everybody may reach, and nothing else.
PUBLIC = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/sign-in",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/static/{name:path}",
    "/api/v1/openapi.json",
    "/unsubscribe/{token}",
}
#: What stands in for the handler of a route that lets the visitor in.
REACHED = 299


def routes(app: FastAPI) -> Iterator[tuple[str, str, Any]]:
    """Method, path and route (as it is included) of everything the application answers."""

    def walk(found: list[Any]) -> Iterator[Any]:
        for route in found:
            if hasattr(route, "effective_candidates"):
                yield from walk(route.effective_candidates())
            else:
                yield route

    for route in walk(list[BaseRoute](app.routes)):
        for method in sorted((route.methods or {"GET"}) - {"HEAD", "OPTIONS"}):
            yield method, route.path, route


def guards(dependant: Dependant) -> list[Any]:
    """The guards among what a handler depends on, at any depth."""
    own = [dependant.call] if dependant.call in GUARDS else []
    return own + [guard for each in dependant.dependencies for guard in guards(each)]


def guard_of(route: Any) -> Any:
    found = guards(route.dependant) if hasattr(route, "dependant") else []
    return found[0] if found else None


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "1", path)


def test_every_route_is_public_or_has_exactly_one_guard(application: Application) -> None:
    for method, path, route in routes(application.app):
        found = guards(route.dependant) if hasattr(route, "dependant") else []
        expected = 0 if path in PUBLIC else 1
        assert len(found) == expected, f"{method} {path} has {len(found)} guards"


def test_an_act_takes_the_same_role_on_the_page_and_in_the_api(application: Application) -> None:
    found: dict[tuple[str, str], dict[str, str | None]] = {}
    for method, path, route in routes(application.app):
        if method == "POST" and path not in PUBLIC:
            place = re.sub(r"\{[^}]+\}", "*", path.removeprefix("/api/v1"))
            where = "the API" if path.startswith("/api/") else "the page"
            found.setdefault((method, place), {})[where] = GUARDS[guard_of(route)]
    both = {key: roles for key, roles in found.items() if len(roles) == 2}
    assert len(both) > 20
    assert {key: roles for key, roles in both.items() if len(set(roles.values())) == 2} == {}


def test_the_list_of_routes_is_not_empty(application: Application) -> None:
    paths = {path for _, path, _ in routes(application.app)}
    assert {"/", "/sign-in", "/profile", "/healthz"} <= paths


def test_every_route_lets_in_whom_its_guard_names(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = everybody(application)
    stub_handlers(monkeypatch)
    wrong = []
    for method, path, route in routes(application.app):
        if path in PUBLIC:
            continue
        role = GUARDS[guard_of(route)]
        for name, (client, has) in visitors.items():
            expected = has is not None and (role is None or ROLES.index(has) >= ROLES.index(role))
            answer = client.request(method, filled(path), headers=no_session_if_token(client))
            inside = answer.status_code in (REACHED, 422)
            if inside != expected:
                wrong.append(f"{method} {path} for {name}: {answer.status_code}, guard {role}")
            elif not inside:
                assert refused_rightly(answer, has), f"{method} {path} for {name}: {answer.status_code}"
    assert not wrong, "\n".join(wrong)


def test_what_is_public_asks_for_nobody(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_handlers(monkeypatch)
    nobody = application.visitor()
    for method, path, _ in routes(application.app):
        if path in PUBLIC:
            assert nobody.request(method, filled(path)).status_code in (200, REACHED), path


def everybody(application: Application) -> dict[str, tuple[TestClient, str | None]]:
    """Visitors by name, with the role that they have right now; None lets them in nowhere."""
    found: dict[str, tuple[TestClient, str | None]] = {"nobody": (application.visitor(), None)}
    expired = application.token("admin", "admin", days=1)
    application.clock.advance(86400)
    found["an expired token"] = (application.program(expired), None)
    revoked = application.token("admin", "admin")
    tokens.revoke(application.site, revoked, by="a test")
    found["a revoked token"] = (application.program(revoked), None)
    found["a made-up token"] = (application.program("tw_00000000_" + "x" * 43), None)
    for role in ROLES:
        found[f"a session of {role}"] = (application.signed_in(role), role)
        found[f"a token of {role}"] = (application.program(application.token("admin", role)), role)
    found["a token that its owner outgrew downwards"] = (outgrown(application), "viewer")
    ended = application.signed_in("admin")
    database.write(
        lambda tx: tx.run("UPDATE session SET ended_at = 1 WHERE id = (SELECT MAX(id) FROM session)")
    )
    found["an ended session"] = (ended, None)
    foreign = application.visitor()
    foreign.cookies[COOKIE] = "a session of another site's"
    found["another's session"] = (foreign, None)
    return found


def outgrown(application: Application) -> TestClient:
    """An admin's token whose owner is a viewer by now."""
    application.add("berta", "admin")
    token = application.token("berta", "admin")
    database.write(lambda tx: tx.run("UPDATE app_user SET role = 'viewer' WHERE name = 'berta'"))
    return application.program(token)


def no_session_if_token(client: TestClient) -> dict[str, str]:
    """A program asks for JSON, a browser for a page."""
    return {"accept": "application/json" if "authorization" in client.headers else "text/html"}


def refused_rightly(answer: Any, has: str | None) -> bool:
    if answer.status_code == 303:
        return has is None and answer.headers["location"].startswith("/sign-in")
    if answer.status_code == 401:
        return has is None and answer.headers["www-authenticate"] == "Bearer"
    return answer.status_code == 403 and has is not None


def stub_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No handler runs: what it would do is not asked here."""

    async def reached(**_: Any) -> Response:
        return Response(status_code=REACHED)

    monkeypatch.setattr(fastapi.routing, "run_endpoint_function", reached)
