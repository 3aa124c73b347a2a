"""Does the work queue leave alone what is archived?"""

from __future__ import annotations

import pytest

from actors.job_kind import JobKind
from actors.job_order import BadOrder
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.job import by_hand
from store.object import write
from tests.support.jobs import NOW, add, claim, claimer, job


def organisation(name: str) -> int:
    whole = checked(find("organisation"), {"name": name})
    return database.write(lambda tx: write.create(tx, "organisation", whole, now=NOW))


def archive(object_id: int) -> None:
    assert database.write(lambda tx: write.archive(tx, "organisation", object_id, 1, now=NOW))


def test_jobs_of_an_archived_organisation_are_held_and_those_of_others_are_not(kind: JobKind) -> None:
    acme = organisation("Acme")
    waits, other = add(kind, "Acme"), add(kind, "a text of somebody's")
    archive(acme)
    assert claim(claimer(), kind) == [other]
    assert (job(waits)["state"], job(waits)["held_reason"]) == ("held", "archived")


def test_no_job_is_added_for_it(kind: JobKind) -> None:
    archive(organisation("Acme"))
    with pytest.raises(BadOrder, match="Acme is archived"):
        add(kind, "Acme")


def test_once_it_is_there_again_its_jobs_can_be_released(kind: JobKind) -> None:
    acme = organisation("Acme")
    waits = add(kind, "Acme")
    archive(acme)
    assert claim(claimer(), kind) == []
    organisation("ACME")
    database.write(lambda tx: by_hand.release(tx, [waits]))
    assert claim(claimer(2), kind) == [waits]
