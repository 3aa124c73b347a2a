"""Can an admin set the site at the page, and does the page keep what it must not tell?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from store import database, identity, setting, user
from store.tx import Tx
from tests.support.visitors import FILE, PASSWORD, Application, running_application

SCRIPT = "<script>alert(1)</script>"
TABS = ("users", "tokens", "profiles", "observe", "secrets", "mail", "configuration")


def said(client: TestClient, path: str) -> str:
    """The notice above a page."""
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def one_time(text: str) -> str:
    found = re.search(r"<code>([a-z0-9]{4}(?:-[a-z0-9]{4})+)</code>", text)
    assert found is not None, text
    return found[1]


def lets_in(application: Application, name: str, password: str) -> bool:
    sent = {"name": name, "password": password}
    return application.visitor("192.0.2.7").post("/sign-in", data=sent).status_code == 303


@pytest.mark.parametrize("tab", TABS)
def test_every_part_has_an_address_for_admins_only(application: Application, tab: str) -> None:
    text = application.signed_in("admin").get(f"/settings/{tab}").text
    assert f'href="/settings/{tab}" aria-current="page"' in text
    assert application.signed_in("operator").get(f"/settings/{tab}").status_code == 403


def test_the_settings_begin_with_the_users(application: Application) -> None:
    assert application.signed_in("admin").get("/settings").headers["location"] == "/settings/users"


def test_a_user_is_added_with_a_password_that_is_shown_once(application: Application) -> None:
    admin = application.signed_in("admin")
    answer = admin.post("/settings/users", data={"name": "dora", "role": "operator"})
    password = one_time(answer.text)
    again = admin.get("/settings/users").text
    assert "dora" in again
    assert "one-time password</span>" in again
    assert password not in again
    assert lets_in(application, "dora", password)
    assert password not in str(application.audit())


def test_a_name_that_cannot_be_is_told_on_the_page(application: Application) -> None:
    answer = application.signed_in("admin").post("/settings/users", data={"name": SCRIPT})
    assert answer.status_code == 422
    assert "a name has 1 to 64 letters" in html.unescape(answer.text)
    assert SCRIPT not in answer.text


def test_a_new_password_ends_the_old_one_and_the_sessions(application: Application) -> None:
    victim = application.signed_in("viewer")
    answer = application.signed_in("admin").post("/settings/users/viewer/password")
    password = one_time(answer.text)
    assert victim.get("/audit").status_code == 303  # to the sign-in
    assert not lets_in(application, "viewer", PASSWORD)
    assert lets_in(application, "viewer", password)


def test_sessions_are_ended_from_outside(application: Application) -> None:
    victim = application.signed_in("viewer")
    admin = application.signed_in("admin")
    assert "End sessions of viewer" in admin.get("/settings/users").text
    admin.post("/settings/users/viewer/sessions/end")
    assert said(admin, "/settings/users") == "viewer: 1 session ended"
    assert victim.get("/audit").status_code == 303
    assert lets_in(application, "viewer", PASSWORD)


def test_a_role_is_changed_and_a_user_disabled_and_enabled(application: Application) -> None:
    admin = application.signed_in("admin")
    admin.post("/settings/users/viewer/role", data={"role": "operator"})
    assert said(admin, "/settings/users") == "viewer is operator now, and signs in anew"
    admin.post("/settings/users/viewer/disable")
    assert not lets_in(application, "viewer", PASSWORD)
    admin.post("/settings/users/viewer/enable")
    assert lets_in(application, "viewer", PASSWORD)


def test_the_last_admin_stays(application: Application) -> None:
    admin = application.signed_in("admin")
    answer = admin.post("/settings/users/admin/disable", headers={"hx-request": "true"})
    assert (answer.status_code, "is the last admin" in answer.text) == (409, True)


def test_anybodys_token_is_revoked(application: Application) -> None:
    token = application.token("operator", "operator")
    admin = application.signed_in("admin")
    text = admin.get("/settings/tokens").text
    assert token not in text
    prefix = token.split("_")[1]
    admin.post(f"/settings/tokens/{prefix}/revoke")
    assert application.program(token).get("/api/v1/nodes").status_code == 401
    assert "revoked" in admin.get("/settings/tokens").text


def test_a_profile_is_switched_with_what_comes_with_it(application: Application) -> None:
    admin = application.signed_in("admin")
    text = html.unescape(admin.get("/settings/profiles").text)
    assert "27 services come" in text
    assert "Running nodes start anew with it" in text
    admin.post("/settings/profiles/voice", data={"on": "yes"})
    assert said(admin, "/settings/profiles").startswith("profile voice is on: 27 services.")
    assert setting.get(database.read(), "profiles") == {"voice": True}
    assert "Switch off voice" in admin.get("/settings/profiles").text
    assert application.audit()[0]["action"] == "profile on"
    answer = admin.post("/settings/profiles/core", data={"on": "no"}, headers={"hx-request": "true"})
    assert (answer.status_code, "core is always on" in answer.text) == (409, True)


def test_a_secret_goes_in_and_never_comes_out(application: Application) -> None:
    admin = application.signed_in("admin")
    admin.post("/settings/secrets", data={"name": "switch", "value": "sesame\r\nopen now", "reason": "new"})
    assert said(admin, "/settings/secrets").endswith("settings refer to it as vault:switch")
    text = admin.get("/settings/secrets").text
    assert "switch" in text
    assert "sesame" not in text + str(application.audit())
    from store import secret

    assert secret.get("switch") == "sesame\nopen now"
    admin.post("/settings/secrets/switch/remove")
    assert "No secret is kept here." in admin.get("/settings/secrets").text


def test_a_value_that_is_refused_is_not_repeated(application: Application) -> None:
    admin = application.signed_in("admin")
    sent = {"name": "switch", "value": "q7!"}
    answer = admin.post("/settings/secrets", data=sent, headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert "q7!" not in answer.text


def test_the_configuration_names_every_key_with_its_source(application: Application) -> None:
    text = html.unescape(application.signed_in("admin").get("/settings/configuration").text)
    assert "[coordinator]" in text
    assert "age_step" in text
    assert "tickworks.toml" in text


def test_observe_mode_says_what_goes_out_today(application: Application) -> None:
    text = application.signed_in("admin").get("/settings/observe").text
    assert "none goes out" in text
    assert "system observes" in text


@pytest.fixture
def with_provider(
    tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """A site that people come to through an identity provider, which nobody asks here."""
    text = f"""{FILE}
[oidc]
issuer = "https://login.example.test"
client_id = "tickworks"
roles = {{ ops = "operator" }}
"""
    yield from running_application(tmp_path, monkeypatch, text)


def row_of(text: str, name: str) -> str:
    """A user's line as text."""
    row = next(part for part in text.split("<tr")[1:] if f'action="/settings/users/{name}/role"' in part)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split())


def test_who_has_no_password_of_their_own_is_marked(with_provider: Application) -> None:
    now = with_provider.clock.now()

    def let_in(tx: Tx) -> None:
        made = user.add(tx, name="ella", password="", role="operator", must_change=False, now=now)
        assert made is not None
        identity.link(tx, made, "https://login.example.test", "8f14", now, made_by_sign_in=True)

    database.write(let_in)
    admin = with_provider.signed_in("admin")
    text = admin.get("/settings/users").text
    assert "identity provider no password" in row_of(text, "ella")
    assert "no password" not in row_of(text, "viewer")
    admin.post("/settings/users/ella/unlink")
    assert "nothing" in row_of(admin.get("/settings/users").text, "ella")


def test_an_admin_links_and_unlinks_a_user(with_provider: Application) -> None:
    admin = with_provider.signed_in("admin")
    browser = with_provider.signed_in("viewer")
    assert "password identity provider" not in row_of(admin.get("/settings/users").text, "viewer")
    assert 'href="/settings/users/viewer/link"' in admin.get("/settings/users").text
    asked = admin.get("/settings/users/viewer/link", headers={"hx-request": "true"}).text
    assert 'hx-post="/settings/users/viewer/link"' in asked
    admin.post("/settings/users/viewer/link", data={"subject": " 8f14e45f "})
    assert said(admin, "/settings/users").startswith("viewer is linked to this subject")
    assert "password identity provider" in row_of(admin.get("/settings/users").text, "viewer")
    admin.post("/settings/users/operator/link", data={"subject": "8f14e45f"})
    assert "linked already" in said(admin, "/settings/users")
    admin.post("/settings/users/operator/link")
    assert "whoever comes first with this name" in said(admin, "/settings/users")
    admin.post("/settings/users/viewer/unlink")
    assert said(admin, "/settings/users") == "viewer is not linked any more, and signed out"
    assert browser.get("/").status_code == 303
    assert [row["action"] for row in with_provider.audit()[:3]] == ["user unlink", "user link", "user link"]


def test_without_a_provider_nobody_can_be_linked(application: Application) -> None:
    admin = application.signed_in("admin")
    assert "/link" not in admin.get("/settings/users").text
    admin.post("/settings/users/viewer/link")
    assert "no identity provider is configured" in said(admin, "/settings/users")
