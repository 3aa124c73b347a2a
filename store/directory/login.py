"""Logins of database servers that belong to users of a directory."""

from __future__ import annotations

from collections.abc import Iterable

from domain.directory.logins import Login, Person
from store.tx import Tx


def logins(tx: Tx, server: str) -> list[Login]:
    """All that were linked at a server (its id as text)."""
    sql = "SELECT id, user_id, login, state FROM db_user WHERE server = ? ORDER BY id"
    return [Login(int(row[0]), int(row[1]), row[2], row[3]) for row in tx.all(sql, (server,))]


def people(tx: Tx, directory_id: int) -> list[Person]:
    """All users of a directory, also those that are gone; of those with one name the one that is there."""
    sql = "SELECT id, guid, sam, gone_at FROM dir_user WHERE directory_id = ? AND sam <> '' ORDER BY id"
    return [Person(int(row[0]), row[1], row[2], row[3] is not None) for row in tx.all(sql, (directory_id,))]


def link(tx: Tx, server: str, pairs: Iterable[tuple[Person, str]], now: float) -> None:
    """These logins are these users'."""
    tx.many(
        """INSERT INTO db_user (user_id, server, login, state, changed_at) VALUES (?, ?, ?, 'linked', ?)
           ON CONFLICT (server, login) DO NOTHING""",
        [(person.id, server, name, now) for person, name in pairs],
    )


def renamed(tx: Tx, login: Login, name: str, now: float) -> bool:
    """It is called so at the server now; False if it was another's doing meanwhile."""
    sql = "UPDATE db_user SET login = ?, note = '', changed_at = ? WHERE id = ? AND login = ?"
    return tx.run(sql, (name, now, login.id, login.login)) > 0


def state(tx: Tx, login: Login, to: str, now: float, note: str = "") -> bool:
    """``linked``, ``off``, ``lost`` or ``dropped``; False if it was so."""
    sql = """UPDATE db_user SET state = ?, note = ?, changed_at = ?
             WHERE id = ? AND (state <> ? OR note <> ?)"""
    return tx.run(sql, (to, note, now, login.id, to, note)) > 0
