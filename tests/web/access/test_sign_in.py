"""Who gets in at the door, how often may they try, and where do they land?"""

from __future__ import annotations

import re

import pytest

from store import database
from tests.support.visitors import PASSWORD, Application
from web.access import passwords
from web.access.sessions import COOKIE
from web.acts import users
from web.acts.first_admin import first_admin


def attempt(
    application: Application, name: str, password: str, address: str = "192.0.2.1"
) -> tuple[int, str]:
    """Status and what the form says."""
    answer = application.visitor(address).post("/sign-in", data={"name": name, "password": password})
    found = re.search(r'role="alert"[^>]*>([^<]*)<', answer.text)
    return answer.status_code, found[1] if found else ""


def fail(application: Application, times: int, name: str = "admin", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        assert attempt(application, name, "wrong password", address)[0] == 401


def test_the_name_may_be_written_in_any_case(application: Application) -> None:
    assert attempt(application, " Admin ", PASSWORD)[0] == 303


@pytest.mark.parametrize("name", ["nobody", "", "a" * 5000, "ädmin", "' OR 1=1 --"])
def test_an_unknown_name_is_told_like_a_wrong_password(application: Application, name: str) -> None:
    assert attempt(application, name, PASSWORD) == attempt(application, "admin", "wrong", "192.0.2.9")


def test_an_unknown_name_costs_a_comparison_too(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    matches = passwords.matches
    monkeypatch.setattr(
        passwords, "matches", lambda kept, password: seen.append(True) or matches(kept, password)
    )
    attempt(application, "nobody", PASSWORD)
    attempt(application, "admin", "wrong")
    assert len(seen) == 2
    passwords._nobodys.cache_clear()
    assert passwords.matches(None, PASSWORD) is False
    assert passwords._nobodys.cache_info().currsize == 1  # there was something to compare with


def test_a_disabled_user_stays_out(application: Application) -> None:
    users.disable(application.site, "viewer", by="a test")
    assert attempt(application, "viewer", PASSWORD)[0] == 401
    users.enable(application.site, "viewer", by="a test")
    assert attempt(application, "viewer", PASSWORD)[0] == 303


def test_after_five_failures_even_the_right_password_must_wait(application: Application) -> None:
    fail(application, 5)
    assert attempt(application, "admin", PASSWORD) == (429, "Too many wrong passwords: try again in 10 s")
    application.clock.advance(9)
    assert attempt(application, "admin", PASSWORD, "192.0.2.2")[0] == 429
    application.clock.advance(1)
    assert attempt(application, "admin", PASSWORD)[0] == 303


def test_the_wait_grows_up_to_a_quarter_of_an_hour(application: Application) -> None:
    fail(application, 5)
    for seconds in (10, 20, 40, 80, 160, 320, 640, 900, 900):
        application.clock.advance(seconds - 1)
        assert attempt(application, "admin", "wrong")[1].endswith("try again in 1 s")
        application.clock.advance(1)
        assert attempt(application, "admin", "wrong")[0] == 401


def test_attempts_during_the_wait_do_not_make_it_longer(application: Application) -> None:
    fail(application, 5)
    for _ in range(20):
        attempt(application, "admin", "wrong")
    application.clock.advance(10)
    assert attempt(application, "admin", PASSWORD)[0] == 303


def test_a_success_makes_the_account_begin_anew(application: Application) -> None:
    fail(application, 4)
    assert attempt(application, "admin", PASSWORD)[0] == 303
    fail(application, 4, address="192.0.2.2")
    assert attempt(application, "admin", PASSWORD, "192.0.2.3")[0] == 303


def test_one_address_cannot_try_many_accounts(application: Application) -> None:
    for number in range(5):
        fail(application, 1, name=f"user{number}")
    assert attempt(application, "viewer", PASSWORD)[0] == 429
    assert attempt(application, "viewer", PASSWORD, "192.0.2.2")[0] == 303


def test_who_knows_one_password_cannot_use_it_to_guess_on(application: Application) -> None:
    for _ in range(4):
        fail(application, 1, name="admin")
        attempt(application, "viewer", PASSWORD)
    fail(application, 1, name="operator")
    assert attempt(application, "operator", PASSWORD)[0] == 429


def test_one_customers_many_addresses_count_as_one(application: Application) -> None:
    for number in range(5):
        fail(application, 1, name=f"user{number}", address=f"2001:db8::{number}")
    assert attempt(application, "viewer", PASSWORD, "2001:db8::99")[0] == 429
    assert attempt(application, "viewer", PASSWORD, "2001:db8:0:1::99")[0] == 303


def test_failures_are_forgotten_after_an_hour(application: Application) -> None:
    fail(application, 4)
    application.clock.advance(3601)
    fail(application, 4)


def test_the_wait_outlives_a_restart(application: Application) -> None:
    fail(application, 5)
    url = database.url()
    database.close()
    database.open(url)
    assert attempt(application, "admin", PASSWORD)[0] == 429


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/runs?state=failed&q=a b", "/"),
        ("/runs?state=failed", "/runs?state=failed"),
        ("//evil.example/x", "/"),
        ("///evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_after_the_sign_in_one_lands_on_this_site(application: Application, wanted: str, lands: str) -> None:
    data = {"name": "viewer", "password": PASSWORD, "next": wanted}
    assert application.visitor().post("/sign-in", data=data).headers["location"] == lands


def test_who_was_going_somewhere_is_taken_there(application: Application) -> None:
    answer = application.visitor().get("/profile?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/profile%3Fa%3D1")
    form = application.visitor().get(answer.headers["location"])
    assert 'name="next" value="/profile?a=1"' in form.text


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(application: Application) -> None:
    answer = application.visitor(**{"hx-request": "true"}).get("/profile")
    assert answer.headers["hx-redirect"].startswith("/sign-in")
    assert answer.text == ""


def test_what_was_typed_is_shown_again_as_text(application: Application) -> None:
    answer = application.visitor().post("/sign-in", data={"name": '"><script>x', "password": "p"})
    assert "<script>x" not in answer.text
    assert "&lt;script&gt;x" in answer.text


def test_a_one_time_password_opens_nothing_but_the_choice_of_another(application: Application) -> None:
    made = application.add("anna", "operator", password=None)
    assert made is not None
    client = application.signed_in("anna", made)
    for path in ("/", "/profile"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/profile/password")
    refused = client.get("/api/v1/secrets")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_needed")
    assert client.get("/profile/password").status_code == 200
    chosen = {"old": made, "new": "a much better one", "again": "a much better one"}
    assert client.post("/profile/password", data=chosen).headers["location"] == "/"
    assert client.get("/profile").status_code == 200
    assert attempt(application, "anna", made)[0] == 401


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", "a much better one", "a much better one", "is not this one"),
        (PASSWORD, "a much better one", "another one entirely", "not the same"),
        (PASSWORD, "short", "short", "at least 10"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "three different"),
        (PASSWORD, "viewer12345", "viewer12345", "the name"),
        (PASSWORD, PASSWORD, PASSWORD, "the one you have now"),
    ],
)
def test_a_password_that_cannot_be_is_told_why(
    application: Application, old: str, new: str, again: str, said: str
) -> None:
    client = application.signed_in("viewer")
    answer = client.post("/profile/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.text
    assert attempt(application, "viewer", PASSWORD)[0] == 303


def test_another_password_ends_all_sessions_but_this(application: Application) -> None:
    here, there = application.signed_in("viewer"), application.signed_in("viewer")
    before = here.cookies[COOKIE]
    chosen = {"old": PASSWORD, "new": "a much better one", "again": "a much better one"}
    assert here.post("/profile/password", data=chosen).status_code == 303
    assert here.get("/profile").status_code == 200
    assert there.get("/profile").status_code == 303
    assert here.cookies[COOKIE] != before


def test_the_first_admin_is_made_once_and_never_with_a_known_password(application: Application) -> None:
    assert database.write(lambda tx: first_admin(tx, 1.0)) is None
    database.write(lambda tx: tx.run("DELETE FROM app_user"))
    made = database.write(lambda tx: first_admin(tx, application.clock.now()))
    assert made is not None
    assert database.write(lambda tx: first_admin(tx, 1.0)) is None
    client = application.signed_in("admin", made)
    assert client.get("/").headers["location"] == "/profile/password"
    assert made not in repr(application.audit())


def test_the_audit_trail_says_who_came_from_where(application: Application) -> None:
    attempt(application, "viewer", "wrong", "192.0.2.7")
    attempt(application, "my secret typed as a name", "wrong", "192.0.2.7")
    application.signed_in("viewer", address="192.0.2.8").post("/sign-out")
    found = [(row["action"], row["actor"], row["via"], row["address"]) for row in application.audit()[:3]]
    assert found == [
        ("sign out", "viewer", "page", "192.0.2.8"),
        ("sign in", "viewer", "page", "192.0.2.8"),
        ("sign in refused", "viewer", "page", "192.0.2.7"),
    ]
