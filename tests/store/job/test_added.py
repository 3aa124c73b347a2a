"""Is an order checked, and taken once?"""

from __future__ import annotations

from typing import Any

import pytest

from actors.job_kind import JobKind
from actors.job_order import BadOrder, order
from store import database
from store.job.added import KeyUsed
from tests.support.jobs import NOW, add, job
from tests.support.rows import ids


def test_the_same_key_brings_the_same_job(kind: JobKind) -> None:
    first = add(kind, key="order 7", args={"size": "3"})
    assert add(kind, key="order 7", args={"size": 3}) == first
    assert ids("job") == [first]


def test_a_key_that_was_used_for_something_else_is_refused(kind: JobKind) -> None:
    add(kind, key="order 7")
    with pytest.raises(KeyUsed, match="order 7 was used for job 1, which differs in organisation, args"):
        add(kind, "globex", key="order 7", args={"size": 2})


def test_every_job_has_an_own_key_of_its_own(kind: JobKind) -> None:
    assert job(add(kind))["own_key"] != job(add(kind))["own_key"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"organisation": ""}, "organisation: it is empty"),
        ({"organisation": "a\r\nBcc: b"}, "organisation: it holds characters that cannot be printed"),
        ({"object": "x" * 201}, "object: it is longer than 200 characters"),
        ({"key": ""}, "key: it is empty"),
        ({"priority": 11}, "priority: expected 0 .first. to 10, got 11"),
        ({"args": {"siez": 3}}, "create: argument: siez is unknown; did you mean size?"),
        ({"args": {"size": "big"}}, "create: argument: size: .*, got 'big'"),
    ],
)
def test_a_wrong_order_is_refused_by_name(kind: JobKind, wrong: dict[str, Any], says: str) -> None:
    given = {"organisation": "acme", **wrong}
    with pytest.raises(BadOrder, match=says):
        database.write(lambda tx: order(tx, kind, by="anna", now=NOW, **given))
    assert ids("job") == []


def test_whom_a_job_may_be_for_and_what_holds_it_back_is_asked(kind: JobKind) -> None:
    def known(tx: Any, organisation: str) -> str | None:
        return None if organisation == "acme" else f"{organisation} is archived"

    with pytest.raises(BadOrder, match="organisation: globex is archived"):
        add(kind, "globex", known=known)
    made = add(kind, known=known, held=lambda tx, kind, organisation: "unpaid")
    assert (job(made)["state"], job(made)["held_reason"]) == ("held", "unpaid")
