"""What the mails of one transaction share, looked up once for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.helpdesk.letter import Origin
    from store.tx import Tx

Row = dict[str, Any]


class Known:
    """`mark`: by which our own mails are known. Good for one transaction: nobody changes staff within it."""

    def __init__(self, tx: Tx, now: float) -> None:
        from store.helpdesk import letter, people

        self._tx = tx
        self.mark = letter.site_mark(tx, now)
        self._staff = people.staff(tx)
        self._origins: dict[int | None, Origin] = {}

    def staff_of(self, address: str) -> Row | None:
        """The active staff member with this address."""
        return next((each for each in self._staff if each["email"].lower() == address.lower()), None)

    def told(self, ticket: Mapping[str, Any], members: Collection[str]) -> list[Row]:
        """Who hears of a message: who has the ticket, else the members of its department (names)."""
        if ticket["assigned_to"] is not None:
            return [each for each in self._staff if each["id"] == ticket["assigned_to"]]
        names = {each.lower() for each in members}
        return [each for each in self._staff if each["name"].lower() in names]

    def origin(self, ticket: Mapping[str, Any]) -> Origin:
        """Whom mails of the ticket's department are from."""
        from store.helpdesk import letter

        department = ticket["department_id"]
        if department not in self._origins:
            self._origins[department] = letter.origin(self._tx, ticket)
        return self._origins[department]
