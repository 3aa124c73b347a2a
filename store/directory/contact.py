"""Whom of an organisation its directory concerns."""

from __future__ import annotations

from store.object import read
from store.tx import Tx


def addressees(tx: Tx, organisation_id: int | None) -> tuple[str, ...]:
    """Those who get notices, else the technical ones, else the first contact, else the organisation itself;
    nobody where it has no address.
    """
    if organisation_id is None:
        return ()
    people = [each for each in read.live(tx, "contact", organisation_id=organisation_id) if each["email"]]
    for chosen in (
        [each["email"] for each in people if "notices" in each["duties"]],
        [each["email"] for each in people if "technical" in each["duties"]],
        [each["email"] for each in people if each["is_primary"]],
    ):
        if chosen:
            return tuple(dict.fromkeys(chosen))
    owner = read.by_id(tx, "organisation", organisation_id)
    return (owner["email"],) if owner is not None and owner["email"] else ()
