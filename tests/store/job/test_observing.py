"""Are jobs that reach out held while their family observes, and only those?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database, live_family
from store.job import by_hand
from tests.support import rows
from tests.support.jobs import NOW, FarSide, add, job
from tests.support.opened import DATABASES, opened_database


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def held(job_id: int) -> tuple[str, str | None]:
    row = job(job_id)
    return row["state"], row["held_reason"]


def test_a_job_of_an_observing_family_is_held_by_the_engine_itself() -> None:
    rows.service("demo", family="mail")
    assert held(add(FarSide().kind())) == ("held", "observe")
    assert held(add(FarSide().kind("look", effect="read"))) == ("queued", None)
    database.write(lambda tx: live_family.switch(tx, "mail", True, by="anna", now=NOW))
    assert held(add(FarSide().kind())) == ("queued", None)


def test_a_kind_of_the_sites_own_is_held_only_if_it_says_that_it_reaches_out() -> None:
    rows.service("demo", family="own")
    assert held(add(FarSide().kind())) == ("queued", None)
    assert held(add(FarSide().kind("destroys", effect="destroy"))) == ("held", "observe")


def test_another_reason_stands_before_it() -> None:
    rows.service("demo", family="mail")
    made = add(FarSide().kind(), held=lambda tx, kind, organisation: "unpaid")
    assert held(made) == ("held", "unpaid")


def test_going_live_releases_what_waits_for_it_and_nothing_else() -> None:
    rows.service("demo", family="mail")
    kind = FarSide().kind()
    observed = add(kind)
    unpaid = add(kind, held=lambda tx, kind, organisation: "unpaid")
    assert database.write(lambda tx: by_hand.release_kinds(tx, ["create"], "observe")) == [observed]
    assert held(unpaid) == ("held", "unpaid")
    assert database.write(lambda tx: by_hand.hold_kinds(tx, ["create"], "observe")) == [observed]
