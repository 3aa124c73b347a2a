"""Do users come, change and go as admins say, and does an admin always remain?"""

from __future__ import annotations

import threading

import pytest

from store import change, database
from tests.support.visitors import Application
from web.acts import users
from web.acts.refusal import Refusal
from web.shown import users as shown


def names(application: Application) -> dict[str, str]:
    return {row["name"]: row["role"] for row in shown.listing(database.read())}


def test_a_name_is_taken_in_any_case(application: Application) -> None:
    with pytest.raises(Refusal, match="already") as refused:
        application.add("ADMIN", "viewer")
    assert refused.value.exit_code == 2
    assert names(application) == {"admin": "admin", "operator": "operator", "viewer": "viewer"}


@pytest.mark.parametrize("name", ["", " anna", "an na", "änna", "a" * 65, "-x", "<b>", "a\x00", "a\n"])
def test_a_name_that_cannot_be_is_refused(application: Application, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        application.add(name)
    assert refused.value.code == "bad_value"
    assert len(names(application)) == 3


def test_the_last_admin_stays(application: Application) -> None:
    for act in (
        lambda: users.disable(application.site, "admin", by="a test"),
        lambda: users.set_role(application.site, "admin", "operator", by="a test"),
    ):
        with pytest.raises(Refusal, match="last admin"):
            act()
    application.add("berta", "admin")
    assert users.disable(application.site, "admin", by="a test")
    with pytest.raises(Refusal, match="last admin"):
        users.set_role(application.site, "berta", "viewer", by="a test")


def test_two_admins_that_disable_each_other_at_once_leave_one(application: Application) -> None:
    application.add("berta", "admin")
    start = threading.Barrier(2)

    def disable(name: str) -> None:
        start.wait(10)
        try:
            users.disable(application.site, name, by="a test")
        except Refusal:
            pass
        finally:
            database.drop_connection()

    threads = [threading.Thread(target=disable, args=(name,)) for name in ("admin", "berta")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    enabled = [row for row in shown.listing(database.read()) if row["role"] == "admin" and row["enabled"]]
    assert len(enabled) == 1


def test_every_act_is_in_the_audit_trail_once_and_without_a_secret(application: Application) -> None:
    made = application.add("anna", "viewer", password=None)
    users.set_role(application.site, "anna", "operator", by="berta", reason="on call")
    users.set_role(application.site, "anna", "operator", by="berta")
    again = users.set_password(application.site, "anna", by="berta")
    users.disable(application.site, "anna", by="berta")
    users.enable(application.site, "anna", by="berta")
    found = [(row["action"], row["object"], row["actor"]) for row in application.audit()[:5]]
    assert found == [
        ("user enable", "user anna", "berta"),
        ("user disable", "user anna", "berta"),
        ("user password", "user anna", "berta"),
        ("user role", "user anna", "berta"),
        ("user add", "user anna", "a test"),
    ]
    entry = application.audit()[3]
    assert (entry["before"], entry["after"], entry["reason"]) == (
        '{"role": "viewer"}',
        '{"role": "operator"}',
        "on call",
    )
    for secret in (made, again):
        assert secret is not None
        assert secret not in repr(application.audit())
        assert secret not in repr(shown.listing(database.read()))


def test_an_unknown_user_is_refused(application: Application) -> None:
    for name in ("nobody", "x\x00"):
        with pytest.raises(Refusal) as refused:
            users.set_password(application.site, name, by="a test")
        assert refused.value.exit_code == 4


def test_where_an_act_came_from_is_written_also_when_another_thread_writes_it(
    application: Application,
) -> None:
    barrier = threading.Barrier(8)

    def add(number: int) -> None:
        with change.origin(via="page", address=f"192.0.2.{number}"):
            barrier.wait(10)
            application.add(f"user{number}")
        database.drop_connection()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    application.add("later")
    found = {row["object"]: (row["via"], row["address"]) for row in application.audit()[:9]}
    assert found == {f"user user{number}": ("page", f"192.0.2.{number}") for number in range(8)} | {
        "user later": ("system", None)
    }
