"""Does a token let a program do what its owner may, until it ends, and is it shown only once?"""

from __future__ import annotations

import re

import pytest

from store import database
from tests.support.visitors import Application
from web.access import sessions
from web.access.who import Who
from web.acts import tokens, users
from web.acts.refusal import Refusal
from web.shown import users as shown


def who(application: Application, token: str) -> Who | None:
    from web.access.tokens import who as whose

    return whose(token, application.clock.now())


def test_a_token_is_told_once_and_kept_as_a_hash(application: Application) -> None:
    made = application.token()
    assert re.fullmatch(r"tw_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", made)
    text = repr(database.read().all("SELECT * FROM api_token")) + repr(application.audit())
    listed = repr(shown.tokens(database.read(), 0.0))
    assert made not in text + listed
    assert made.split("_", 2)[2] not in text + listed


@pytest.mark.parametrize(("owner", "role"), [("viewer", "operator"), ("operator", "admin")])
def test_a_token_may_not_do_more_than_its_owner(application: Application, owner: str, role: str) -> None:
    with pytest.raises(Refusal, match="not do more than its owner"):
        application.token(owner, role)


def test_it_ends_with_its_term_to_the_second(application: Application) -> None:
    made = application.token(days=1)
    application.clock.advance(86399)
    assert who(application, made) is not None
    application.clock.advance(1)
    assert who(application, made) is None


def test_it_goes_down_with_its_owner_and_not_up_again(application: Application) -> None:
    application.add("berta", "admin")
    made = application.token("berta", "admin")
    users.set_role(application.site, "berta", "viewer", by="a test")
    users.set_role(application.site, "berta", "admin", by="a test")
    found = who(application, made)
    assert found is not None
    assert (found.name, found.role, found.via) == ("berta", "viewer", "api")


def test_it_is_worth_nothing_while_its_owner_is_disabled(application: Application) -> None:
    made = application.token("viewer")
    users.disable(application.site, "viewer", by="a test")
    assert who(application, made) is None
    assert shown.tokens(database.read(), application.clock.now())[0]["state"] == "disabled"


def test_its_last_use_is_noted_once_a_minute(application: Application) -> None:
    made = application.token()

    def used() -> float:
        return float(database.read().value("SELECT last_used_at FROM api_token"))

    who(application, made)
    first = used()
    application.clock.advance(59)
    who(application, made)
    assert used() == first
    application.clock.advance(1)
    who(application, made)
    assert used() == first + 60


def test_a_token_is_no_session_and_a_session_no_token(application: Application) -> None:
    made = application.token()
    client = application.visitor()
    client.cookies[sessions.COOKIE] = made
    assert client.get("/profile").status_code == 303
    cookie = application.signed_in("viewer").cookies[sessions.COOKIE]
    assert application.program(cookie).get("/profile").status_code == 401


def test_a_wrong_token_is_not_saved_by_a_session(application: Application) -> None:
    client = application.signed_in("viewer")
    assert client.get("/profile", headers={"authorization": "Bearer tw_0_x"}).status_code == 401


def test_the_profile_shows_a_new_token_once_and_revokes_it(application: Application) -> None:
    client = application.signed_in("operator")
    answer = client.post("/profile/tokens", data={"name": "<b>deploy</b>", "role": "operator", "days": "30"})
    (made,) = re.findall(r"tw_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", answer.text)
    assert "<b>deploy" not in answer.text
    assert made not in client.get("/profile").text
    found = who(application, made)
    assert found is not None
    assert (found.name, found.role) == ("operator", "operator")
    prefix = made.split("_")[1]
    application.signed_in("admin").post(f"/profile/tokens/{prefix}/revoke")
    assert who(application, made) is not None  # another's profile is not the place
    client.post(f"/profile/tokens/{prefix}/revoke")
    assert who(application, made) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "", "role": "viewer"}, "1 to 100"),
        ({"name": "x", "role": "admin"}, "not do more"),
        ({"name": "x", "role": "root"}, "expected viewer"),
        ({"name": "x", "role": "viewer", "days": "-1"}, "expected 1 to"),
        ({"name": "x\x07", "role": "viewer"}, "1 to 100"),
    ],
)
def test_a_token_that_cannot_be_is_told_why(
    application: Application, data: dict[str, str], said: str
) -> None:
    answer = application.signed_in("operator").post("/profile/tokens", data=data)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_token_makes_no_tokens(application: Application) -> None:
    program = application.program(application.token("admin", "admin"))
    answer = program.post("/profile/tokens", data={"name": "for ever", "role": "admin", "days": "0"})
    assert answer.status_code == 422
    assert database.read().value("SELECT COUNT(*) FROM api_token") == 1


def test_an_unknown_token_is_refused_without_repeating_its_secret(application: Application) -> None:
    with pytest.raises(Refusal) as refused:
        tokens.revoke(application.site, "tw_00000000_verysecret", by="a test")
    assert refused.value.exit_code == 4
    assert "verysecret" not in str(refused.value)
