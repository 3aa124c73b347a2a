"""Who gets in through a real identity provider, as whom, and what is said when it goes wrong?"""

from __future__ import annotations

import json
import logging
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from starlette.testclient import TestClient

from store import database, event
from tests.support.http_fault_proxy import Fault, drop, endless, hang, says
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.support.visitors import FILE, PASSWORD, Application, running_application
from web.access.oidc import Person, Provider
from web.acts import identities, users
from web.acts.refusal import Refusal

ROLES = '{ "ops" = "operator", "staff" = "viewer", "bosses" = "admin" }'
TOKEN, KEYS, ABOUT = "/token", "/jwks", "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        yield made


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.reset()
    return running


@pytest.fixture
def application(
    tmp_path: Path, engine_database: str, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    yield from with_provider(tmp_path, provider, monkeypatch)


@pytest.fixture
def on_sqlite(
    tmp_path: Path, sqlite_engine_database: str, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """The same for what the database has no part in."""
    yield from with_provider(tmp_path, provider, monkeypatch)


def with_provider(
    tmp_path: Path, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    (tmp_path / "secret").write_text(SECRET)
    text = f"""{FILE}
[oidc]
issuer = "{provider.issuer}"
client_id = "{CLIENT}"
client_secret = "file:secret"
scopes = ["openid", "profile", "groups"]
roles = {ROLES}
"""
    for made in running_application(tmp_path, monkeypatch, text):
        # The provider's clock is the machine's.
        made.clock.jump(time.time() - made.clock.now())
        yield made


def started(
    application: Application, wanted: str = "/", address: str = "192.0.2.1"
) -> tuple[TestClient, str]:
    """A browser on its way, and the provider's address that it was sent to."""
    browser = application.visitor(address)
    answer = browser.get("/sign-in/oidc", params={"next": wanted})
    assert answer.status_code == 303
    return browser, answer.headers["location"]


def back(browser: TestClient, address: str) -> str:
    """Where the browser lands that the provider sends to `address`."""
    parts = urlsplit(address)
    answer = browser.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def comes(
    application: Application, provider: IdentityProvider, name: str | None, wanted: str = "/"
) -> TestClient:
    """The browser of somebody who went the whole way, let in or not."""
    browser, address = started(application, wanted)
    back(browser, provider.sign_in(address, name))
    return browser


def said(browser: TestClient) -> str:
    """The sentence on the sign-in page; "" for somebody who is in."""
    answer = browser.get("/sign-in")
    if answer.status_code == 303:
        return ""
    _, _, rest = answer.text.partition('<p class="notice bad">')
    return rest.partition("<")[0].replace("&#39;", "'")


def let_in(application: Application, browser: TestClient) -> str | None:
    """The name and role of whoever the browser is signed in as."""
    answer = browser.get("/profile")
    if answer.status_code != 200:
        return None
    rows = database.read().all(
        "SELECT u.name, u.role FROM session s JOIN app_user u ON u.id = s.user_id ORDER BY s.id DESC LIMIT 1"
    )
    return f"{rows[0][0]} is {rows[0][1]}"


def audit(application: Application) -> list[tuple[str, str]]:
    return [(row["action"], row["object"]) for row in application.audit()]


def failures() -> int:
    """How many failed sign-ins are counted for anybody."""
    return int(database.read().value("SELECT COALESCE(SUM(failures), 0) FROM sign_in_wait"))


def quick(application: Application, seconds: float = 0.5) -> None:
    """Have the application wait less for the provider."""
    settings = application.site.settings.oidc
    application.app.state.identity_provider = Provider(settings, lambda: SECRET, seconds=seconds)


def test_somebody_of_the_provider_becomes_a_user_and_lands_where_they_wanted(
    application: Application, provider: IdentityProvider
) -> None:
    browser, address = started(application, "/runs?state=failed")
    assert back(browser, provider.sign_in(address, "ann")) == "/runs?state=failed"
    assert let_in(application, browser) == "ann is operator"
    assert audit(application)[:2] == [("sign in", "user ann"), ("user add", "user ann")]


@pytest.mark.parametrize("there", [True, False])
def test_groups_are_found_in_the_id_token_and_in_userinfo(
    on_sqlite: Application, provider: IdentityProvider, there: bool
) -> None:
    provider.claims_in_id_token(there)
    provider.proxy.asked.clear()
    assert let_in(on_sqlite, comes(on_sqlite, provider, "ann")) == "ann is operator"
    assert ("/me" in provider.proxy.asked) is not there


def test_of_several_groups_the_highest_role_counts(
    on_sqlite: Application, provider: IdentityProvider
) -> None:
    assert let_in(on_sqlite, comes(on_sqlite, provider, "carla")) == "carla is admin"


def test_without_a_group_that_has_a_role_nobody_comes_in(
    application: Application, provider: IdentityProvider
) -> None:
    browser = comes(application, provider, "dora")
    assert said(browser) == "None of your groups has a role here: ask an admin of Tickworks"
    assert database.read().value("SELECT COUNT(*) FROM app_user WHERE name = 'dora'") == 0


def test_the_role_is_taken_anew_and_older_sessions_do_not_keep_it(
    application: Application, provider: IdentityProvider
) -> None:
    old = comes(application, provider, "carla")
    token = application.token("carla", "admin")
    provider.groups("carla", "staff")
    assert let_in(application, comes(application, provider, "carla")) == "carla is viewer"
    assert old.get("/profile").status_code == 303
    assert application.program(token).get("/api/v1/secrets").status_code == 403
    change = next(row for row in application.audit() if row["action"] == "user role")
    assert (json.loads(change["before"]), json.loads(change["after"])) == (
        {"role": "admin"},
        {"role": "viewer"},
    )


def test_whoever_has_no_role_any_more_leaves_their_sessions_too(
    application: Application, provider: IdentityProvider
) -> None:
    old = comes(application, provider, "ann")
    provider.groups("ann", "gardeners")
    comes(application, provider, "ann")
    assert old.get("/profile").status_code == 303


def test_a_disabled_user_stays_out(application: Application, provider: IdentityProvider) -> None:
    comes(application, provider, "ann")
    users.disable(application.site, "ann", by="a test")
    assert said(comes(application, provider, "ann")).startswith("The user ann is disabled here")
    users.enable(application.site, "ann", by="a test")
    assert said(comes(application, provider, "ann")) == ""


def test_a_user_of_the_provider_has_no_password(application: Application, provider: IdentityProvider) -> None:
    comes(application, provider, "ann")
    for password in ("", " ", PASSWORD):
        answer = application.visitor().post("/sign-in", data={"name": "ann", "password": password})
        assert answer.status_code == 401


def test_a_local_user_of_the_same_name_is_not_taken_over_until_an_admin_links_it(
    application: Application, provider: IdentityProvider
) -> None:
    assert said(comes(application, provider, "viewer")).startswith("The name viewer belongs to another user")
    assert identities.link(application.site, "viewer", by="a test") is True
    assert let_in(application, comes(application, provider, "viewer")) == "viewer is viewer"
    application.signed_in("viewer")  # the password still serves
    assert identities.unlink(application.site, "viewer", by="a test") is True
    assert said(comes(application, provider, "viewer")).startswith("The name viewer belongs to another user")


def test_a_link_to_somebody_else_does_not_let_the_same_name_in(
    application: Application, provider: IdentityProvider
) -> None:
    identities.link(application.site, "viewer", by="a test", subject="bert")
    assert said(comes(application, provider, "viewer")).startswith("The name viewer belongs to another user")
    assert let_in(application, comes(application, provider, "bert")) == "viewer is viewer"
    with pytest.raises(Refusal, match="linked already"):
        identities.link(application.site, "operator", by="a test", subject="bert")


def test_the_groups_do_not_take_the_role_of_the_last_admin_with_a_password(
    application: Application, provider: IdentityProvider
) -> None:
    comes(application, provider, "carla")  # an admin, but without a password
    identities.link(application.site, "admin", by="a test", subject="bert")
    assert said(comes(application, provider, "bert")).startswith("Admin is the last admin with a password")
    with pytest.raises(Refusal, match="last admin"):
        users.disable(application.site, "admin", by="a test")
    assert users.disable(application.site, "carla", by="a test") is True


def test_a_name_that_cannot_be_one_is_refused_and_never_shown_as_html(
    on_sqlite: Application, provider: IdentityProvider
) -> None:
    browser = comes(on_sqlite, provider, "no name")
    assert said(browser).startswith("The identity provider gives no name that can be used here")


def test_who_cancels_at_the_provider_is_told_so(on_sqlite: Application, provider: IdentityProvider) -> None:
    browser = comes(on_sqlite, provider, None, wanted="/alerts")
    assert said(browser).startswith("The identity provider did not let you in (access_denied)")
    assert audit(on_sqlite)[0] == ("sign in refused", "identity provider")


@pytest.mark.parametrize("error", ["<script>alert(1)</script>", "x" * 5000, "A\r\nB"])
def test_an_error_of_any_text_is_not_repeated(
    on_sqlite: Application, provider: IdentityProvider, error: str
) -> None:
    browser, address = started(on_sqlite)
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    back(browser, f"/sign-in/oidc/callback?state={state}&error={quote(error)}")
    assert "(an unknown error)" in said(browser)


def test_another_browser_cannot_end_what_one_began(
    application: Application, provider: IdentityProvider
) -> None:
    browser, address = started(application)
    answer = provider.sign_in(address, "ann")
    other, _ = started(application)
    back(other, answer)
    assert said(other).startswith("This sign-in is over, used or of another browser")
    assert back(browser, answer) == "/"
    assert let_in(application, browser) == "ann is operator"


@pytest.mark.parametrize("state", ["", "x", "x" * 10_000, "%7F", "%C3%A9"])
def test_a_made_up_state_is_refused(on_sqlite: Application, state: str) -> None:
    browser, _ = started(on_sqlite)
    back(browser, f"/sign-in/oidc/callback?code=x&state={state}")
    assert said(browser).startswith("This sign-in is over")


def test_an_answer_serves_once(application: Application, provider: IdentityProvider) -> None:
    browser, address = started(application)
    answer = provider.sign_in(address, "ann")
    back(browser, answer)
    browser.post("/sign-out")
    back(browser, answer)
    assert said(browser).startswith("This sign-in is over")


def test_a_code_serves_once_at_the_provider_too(on_sqlite: Application, provider: IdentityProvider) -> None:
    _, address = started(on_sqlite)
    code = dict(parse_qsl(urlsplit(provider.sign_in(address, "ann")).query))["code"]
    again, later = started(on_sqlite)
    state = dict(parse_qsl(urlsplit(later).query))["state"]
    back(again, f"/sign-in/oidc/callback?code={code}&state={state}&iss={quote(provider.issuer)}")
    assert said(again).startswith("The identity provider takes this sign-in for used or over")


def test_an_attempt_lapses(application: Application, provider: IdentityProvider) -> None:
    browser, address = started(application)
    answer = provider.sign_in(address, "ann")
    application.clock.advance(601)
    back(browser, answer)
    assert said(browser).startswith("This sign-in is over")


def test_two_tabs_of_one_browser_both_arrive(on_sqlite: Application, provider: IdentityProvider) -> None:
    browser, first = started(on_sqlite, "/alerts")
    second = browser.get("/sign-in/oidc", params={"next": "/jobs"}).headers["location"]
    assert back(browser, provider.sign_in(first, "ann")) == "/alerts"
    assert back(browser, provider.sign_in(second, "ann")) == "/jobs"


def test_an_expired_token_is_not_taken(on_sqlite: Application, provider: IdentityProvider) -> None:
    browser, address = started(on_sqlite)
    on_sqlite.clock.advance(200)  # it is good for 60 s, and the clocks may be 60 s apart
    back(browser, provider.sign_in(address, "ann"))
    assert "it has expired" in said(browser)


def test_an_answer_of_another_provider_is_not_taken(
    on_sqlite: Application, provider: IdentityProvider
) -> None:
    for issuer in ("https://evil.example", ""):
        browser, address = started(on_sqlite)
        answer = provider.sign_in(address, "ann").partition("&iss=")[0]
        back(browser, f"{answer}&iss={quote(issuer)}")
        assert "it came from another provider" in said(browser)


def test_a_token_of_another_sign_in_is_not_taken(on_sqlite: Application, provider: IdentityProvider) -> None:
    tokens: list[bytes] = []
    provider.proxy.faults[TOKEN] = lambda body: (tokens.append(body), (200, body))[1]
    comes(on_sqlite, provider, "carla")
    provider.proxy.faults[TOKEN] = says(tokens[0])
    browser = comes(on_sqlite, provider, "ann")
    assert "it was made for another sign-in" in said(browser)


def changed(part: int, **claims: object) -> Fault:
    """The ID token with header (0) or claims (1) changed, so that its signature is wrong."""

    def fault(body: bytes) -> tuple[int, bytes]:
        answer = json.loads(body)
        parts = answer["id_token"].split(".")
        found = json.loads(urlsafe_b64decode(parts[part] + "=="))
        parts[part] = urlsafe_b64encode(json.dumps({**found, **claims}).encode()).rstrip(b"=").decode()
        if claims.get("alg") == "none":
            parts[2] = ""
        return 200, json.dumps({**answer, "id_token": ".".join(parts)}).encode()

    return fault


@pytest.mark.parametrize(
    "fault",
    [
        changed(1, sub="carla"),
        changed(0, alg="none"),
        changed(0, alg="HS256"),
        changed(0, kid="another"),
        changed(0, kid=["x"]),
        changed(1, exp="soon"),
    ],
)
def test_a_token_that_was_changed_is_not_taken(
    on_sqlite: Application, provider: IdentityProvider, fault: Fault
) -> None:
    provider.proxy.faults[TOKEN] = fault
    browser = comes(on_sqlite, provider, "ann")
    assert said(browser).startswith("The identity provider's answer is not taken: ")
    assert let_in(on_sqlite, browser) is None


def test_a_token_for_another_application_is_not_taken(
    on_sqlite: Application, provider: IdentityProvider
) -> None:
    # What it is checked against is changed instead: nobody can sign a token in the provider's name.
    settings = on_sqlite.site.settings.oidc
    made = Provider(settings, lambda: SECRET)
    on_sqlite.app.state.identity_provider = made
    browser, address = started(on_sqlite)
    answer = provider.sign_in(address, "ann")
    fetch = made._token

    def fetched(*args: object) -> dict[str, object]:
        token = fetch(*args)  # type: ignore[arg-type]
        made._settings = settings.model_copy(update={"client_id": "another"})
        return token

    made._token = fetched  # type: ignore[method-assign]
    back(browser, answer)
    assert "it was made for another application" in said(browser)


def test_a_key_that_was_changed_meanwhile_is_asked_for(
    on_sqlite: Application, provider: IdentityProvider
) -> None:
    comes(on_sqlite, provider, "ann")
    provider.rotate()
    provider.proxy.asked.clear()
    assert let_in(on_sqlite, comes(on_sqlite, provider, "bert")) == "bert is viewer"
    assert provider.proxy.asked.count(KEYS) == 1
    provider.proxy.asked.clear()
    comes(on_sqlite, provider, "bert")
    assert KEYS not in provider.proxy.asked


@pytest.mark.parametrize("path", [ABOUT, TOKEN, KEYS, "/me"])
@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (drop, "The identity provider cannot be reached"),
        (hang, "The identity provider takes too long to answer"),
        (endless, "The identity provider answers far too much"),
        (says(b"<html>oops</html>"), "The identity provider "),
        (says(b'["a list"]'), "The identity provider "),
        (says(b"{}"), "The identity provider"),
        (says(b"\xff\xfe\x00", 500), "The identity provider answers with status 500"),
        (says(b"[" * 100_000), "The identity provider "),
    ],
)
def test_a_provider_that_is_away_or_answers_rubbish_is_told_in_one_sentence(
    on_sqlite: Application, provider: IdentityProvider, path: str, fault: Fault, sentence: str
) -> None:
    if fault is hang:
        quick(on_sqlite)
    browser = on_sqlite.visitor()
    if path == ABOUT:
        provider.proxy.faults[path] = fault
        assert browser.get("/sign-in/oidc").headers["location"] == "/sign-in"
    else:
        address = browser.get("/sign-in/oidc").headers["location"]
        answer = provider.sign_in(address, "ann")
        provider.proxy.faults[path] = fault
        assert back(browser, answer) == "/sign-in"
    text = said(browser)
    assert text.startswith(sentence)
    events = event.latest(database.read())
    assert [row["type"] for row in events] == (["sign_in"] if "not taken" not in text else [])
    # The local sign-in does not need the provider, and it was nobody's wrong password.
    assert (failures() > 0) == ("not taken" in text)
    on_sqlite.signed_in("viewer")


def test_a_provider_that_is_back_serves_again(on_sqlite: Application, provider: IdentityProvider) -> None:
    now = [0.0]
    settings = on_sqlite.site.settings.oidc
    on_sqlite.app.state.identity_provider = Provider(settings, lambda: SECRET, monotonic=lambda: now[0])
    provider.proxy.faults[ABOUT] = drop
    on_sqlite.visitor().get("/sign-in/oidc")
    provider.proxy.faults.clear()
    provider.proxy.asked.clear()
    on_sqlite.visitor().get("/sign-in/oidc")
    assert provider.proxy.asked == []  # it was away a moment ago
    now[0] += 6
    assert let_in(on_sqlite, comes(on_sqlite, provider, "ann")) == "ann is operator"


def test_a_wrong_client_secret_is_told_to_be_the_admins_matter(
    on_sqlite: Application, provider: IdentityProvider
) -> None:
    on_sqlite.app.state.identity_provider = Provider(on_sqlite.site.settings.oidc, lambda: "wrong")
    assert "an admin must look at [oidc] client_id" in said(comes(on_sqlite, provider, "ann"))
    assert [row["type"] for row in event.latest(database.read())] == ["sign_in"]


def test_a_public_client_needs_no_secret(on_sqlite: Application, provider: IdentityProvider) -> None:
    settings = on_sqlite.site.settings.oidc.model_copy(update={"client_id": "public"})
    on_sqlite.app.state.identity_provider = Provider(settings, lambda: "")
    assert let_in(on_sqlite, comes(on_sqlite, provider, "ann")) == "ann is operator"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "http://127.0.0.1:1"),
        ("token_endpoint", "http://login.example.org/token"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("jwks_uri", 7),
    ],
)
def test_a_provider_that_names_unsafe_places_is_not_used(
    on_sqlite: Application, provider: IdentityProvider, name: str, value: object
) -> None:
    provider.proxy.faults[ABOUT] = lambda body: (200, json.dumps({**json.loads(body), name: value}).encode())
    browser = on_sqlite.visitor()
    assert browser.get("/sign-in/oidc").headers["location"] == "/sign-in"
    assert said(browser).endswith("an admin must look at it")


def test_no_code_token_or_secret_is_in_any_log_or_entry(
    on_sqlite: Application, provider: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens: list[dict[str, str]] = []
    provider.proxy.faults[TOKEN] = lambda body: (tokens.append(json.loads(body)), (200, body))[1]
    browser, address = started(on_sqlite)
    answer = provider.sign_in(address, "ann")
    back(browser, answer)
    back(browser, answer)
    provider.proxy.faults[TOKEN] = changed(1, sub="carla")
    comes(on_sqlite, provider, "ann")
    query = dict(parse_qsl(urlsplit(answer).query))
    # The visitors of this test log their own requests, which no server does.
    lines = [each.getMessage() for each in caplog.records if "127.0.0.1:8080" not in each.getMessage()]
    kept = "\n".join(lines) + repr(on_sqlite.audit()) + repr(event.latest(database.read()))
    secrets = [query["code"], query["state"], SECRET, tokens[0]["id_token"], tokens[0]["access_token"]]
    assert [each for each in secrets if each in kept] == []
    assert "verifier" not in repr(Person("i", "s", "n", ()))


def test_made_up_answers_must_wait_and_do_not_fill_the_audit_trail(application: Application) -> None:
    browser = application.visitor("192.0.2.66")
    for _ in range(30):
        back(browser, "/sign-in/oidc/callback?code=x&state=x")
    assert said(browser).startswith("Too many failed sign-ins: try again in ")
    assert len([row for row in application.audit() if row["action"] == "sign in refused"]) == 5


def test_the_button_is_there_and_keeps_where_one_wants_to_go(on_sqlite: Application) -> None:
    text = on_sqlite.visitor().get("/sign-in", params={"next": "/runs?state=failed"}).text
    assert 'href="/sign-in/oidc?next=/runs%3Fstate%3Dfailed"' in text
    assert 'name="password"' in text


def test_after_the_sign_in_one_lands_on_this_site(on_sqlite: Application, provider: IdentityProvider) -> None:
    browser, address = started(on_sqlite, "//evil.example")
    assert back(browser, provider.sign_in(address, "ann")) == "/"
