"""Does a session let in whom it should, for as long as it should, and nobody else?"""

from __future__ import annotations

import pytest

from domain.time.clock import rfc3339
from store import database
from tests.support.visitors import PASSWORD, Application
from web.access.sessions import COOKIE
from web.acts import users
from web.shown import users as shown_users

HOUR, DAY = 3600.0, 86400.0


def comes_in(client: object) -> bool:
    return client.get("/profile").status_code == 200  # type: ignore[attr-defined]


def test_a_session_ends_when_it_was_idle_for_eight_hours(application: Application) -> None:
    used, idle = application.signed_in("viewer"), application.signed_in("viewer")
    application.clock.advance(8 * HOUR - 60)
    assert comes_in(used)
    application.clock.advance(60)
    assert comes_in(used)
    assert not comes_in(idle)


def test_a_session_ends_after_seven_days_however_much_it_is_used(application: Application) -> None:
    client = application.signed_in("viewer")
    for _ in range(27):
        application.clock.advance(6 * HOUR)
        assert comes_in(client)
    application.clock.advance(6 * HOUR)
    assert not comes_in(client)


def test_a_session_that_is_ended_elsewhere_lets_nobody_in(application: Application) -> None:
    here, there = application.signed_in("viewer"), application.signed_in("viewer")
    ended = here.post("/profile/sessions/end-others")
    assert ended.status_code == 303
    assert comes_in(here)
    assert not comes_in(there)


def test_one_session_can_be_ended_by_its_owner_alone(application: Application) -> None:
    mine, other = application.signed_in("viewer"), application.signed_in("operator")
    target = database.read().value("SELECT MIN(id) FROM session")
    other.post(f"/profile/sessions/{target}/end")
    assert comes_in(mine)
    application.signed_in("viewer").post(f"/profile/sessions/{target}/end")
    assert not comes_in(mine)


def test_who_logs_out_is_out_and_a_copy_of_the_cookie_is_too(application: Application) -> None:
    client = application.signed_in("viewer")
    kept = client.cookies[COOKIE]
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert COOKIE not in client.cookies
    thief = application.visitor()
    thief.cookies[COOKIE] = kept
    assert not comes_in(thief)


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(application: Application) -> None:
    answer = application.visitor().post("/sign-in", data={"name": "viewer", "password": PASSWORD})
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE)]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts  # over plain HTTP the browser would drop it


def test_the_database_holds_neither_the_cookie_nor_the_password(application: Application) -> None:
    client = application.signed_in("viewer")
    rows = database.read().all("SELECT * FROM session") + database.read().all("SELECT * FROM app_user")
    text = repr(rows) + repr(application.audit())
    assert client.cookies[COOKIE] not in text
    assert PASSWORD not in text


@pytest.mark.parametrize("what", ["role", "password", "disable"])
def test_a_changed_user_is_out_at_once(application: Application, what: str) -> None:
    client = application.signed_in("operator")
    if what == "role":
        users.set_role(application.site, "operator", "viewer", by="a test")
    elif what == "password":
        users.set_password(application.site, "operator", by="a test")
    else:
        users.disable(application.site, "operator", by="a test")
    assert not comes_in(client)


def test_that_a_session_is_used_is_written_once_a_minute(application: Application) -> None:
    client = application.signed_in("viewer")
    start = application.clock.now()

    def noted() -> float:
        return float(database.read().value("SELECT seen_at FROM session")) - start

    application.clock.advance(59)
    comes_in(client)
    assert noted() == 0
    application.clock.advance(1)
    comes_in(client)
    assert noted() == 60


def test_who_has_just_signed_in_was_seen(application: Application) -> None:
    application.signed_in("viewer")
    seen = {row["name"]: row["last_seen_at"] for row in shown_users.listing(database.read())}
    assert seen["viewer"] == rfc3339(application.clock.now())
    assert seen["operator"] is None


def test_a_made_up_cookie_is_nobody(application: Application) -> None:
    for value in ("", "x", "a" * 5000, "tw_00000000_x"):
        client = application.visitor()
        client.cookies[COOKIE] = value
        assert client.get("/profile").status_code == 303
