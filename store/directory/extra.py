"""What services besides the copy keep of users: extended attributes, and logins that were switched off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from store.tx import Tx


class Extra(NamedTuple):
    """The extended attributes of a user, as JSON text."""

    id: int
    attrs: str


def attributes(tx: Tx, directory_id: int) -> dict[str, Extra]:
    """GUID -> what is kept, of the users that are there."""
    sql = "SELECT guid, id, attrs FROM dir_user WHERE directory_id = ? AND gone_at IS NULL"
    return {row[0]: Extra(int(row[1]), row[2]) for row in tx.all(sql, (directory_id,))}


def keep(tx: Tx, rows: Sequence[Extra]) -> None:
    """Keep these instead of what was kept of the same users."""
    tx.many("UPDATE dir_user SET attrs = ? WHERE id = ?", [(row.attrs, row.id) for row in rows])


def text(attrs: dict[str, Any]) -> str:
    """Attributes as they are kept, the same for the same ones."""
    return json.dumps(attrs, sort_keys=True, ensure_ascii=False)


def logins_without_person(tx: Tx, directory_id: int) -> list[dict[str, Any]]:
    """Accounts of shared mailboxes, rooms and equipment that somebody could sign in with."""
    return tx.dicts(
        """SELECT u.id, u.guid, u.name, u.sam, u.kind, o.name AS organisation
           FROM dir_user u LEFT JOIN organisation o ON o.id = u.organisation_id
           WHERE u.directory_id = ? AND u.kind <> 'user' AND u.enabled AND u.gone_at IS NULL
           ORDER BY u.id""",
        (directory_id,),
    )


def switched_off(tx: Tx, user_id: int) -> bool:
    """Its login is off; False if that was known."""
    return tx.run("UPDATE dir_user SET enabled = FALSE WHERE id = ? AND enabled", (user_id,)) > 0
