"""Whose a user is: the nearest unit above that somebody named, and that unit's organisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from domain.directory import dn


class NamedUnit(NamedTuple):
    """A unit that an operator named; `organisation_id` None: nobody's."""

    id: int
    dn: str
    organisation_id: int | None


class Owners:
    """``owners.of(dn)`` of many users: what holds them is worked out once for each unit."""

    def __init__(self, units: Iterable[NamedUnit], organisation_id: int | None) -> None:
        """`organisation_id`: whose the directory itself is."""
        self._units = {dn.key(unit.dn): unit for unit in units}
        self._default = organisation_id
        self._known: dict[str, tuple[int | None, int | None]] = {}

    def of(self, name: str) -> tuple[int | None, int | None]:
        """(unit, organisation) of the object of this name. Raises ValueError for what is no name."""
        place = dn.parent(name)
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._look(place)
        return found

    def _look(self, place: str) -> tuple[int | None, int | None]:
        at = place
        while at:
            unit = self._units.get(dn.key(at))
            if unit is not None:
                owner = self._default if unit.organisation_id is None else unit.organisation_id
                return unit.id, owner
            at = dn.parent(at)
        return None, self._default
