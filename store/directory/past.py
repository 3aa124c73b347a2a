"""What of directories is past its term: users, groups and units that have long been gone, and old copies.

A user stays as long as somebody of staff is linked to it, or a login is there at a database server, be it
switched off: else a new user of the same name would get it.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.retention import Terms
from store.retention import Gone, Past, delete, delete_pairs

_FREE = """NOT EXISTS (SELECT 1 FROM staff_link l WHERE l.user_id = dir_user.id)
    AND NOT EXISTS (SELECT 1 FROM db_user u
                    WHERE u.user_id = dir_user.id AND u.state NOT IN ('lost', 'dropped'))"""
_USERS = f"user_id IN (SELECT dir_user.id FROM dir_user WHERE gone_at < ? AND {_FREE})"
_GROUPS = "group_id IN (SELECT g.id FROM dir_group g WHERE g.gone_at < ?)"
#: What goes with a user or a group, and goes first.
_OF_THEM = (
    Past("members", "dir_member", _USERS, key="group_id, user_id"),
    Past("members", "dir_member", _GROUPS, key="group_id, user_id"),
    Past("user_services", "user_service", _USERS, key="id"),
    Past("logins", "db_user", _USERS, key="id"),
)
_THEMSELVES = (
    Past("gone_users", "dir_user", "gone_at < ?", free=_FREE),
    Past("gone_groups", "dir_group", "gone_at < ?"),
    Past("gone_units", "dir_unit", "gone_at < ?"),
)
_COPIES = Past("copies", "backup_object", "at < ?")


def clean(terms: Terms, batch: int) -> Iterator[Gone]:
    """Delete it, one transaction for each step of the iteration."""
    for past in _OF_THEM:
        yield from delete_pairs(past, terms.gone_users, batch)
    for past in _THEMSELVES:
        yield from delete(past, terms.gone_users, batch)
    yield from delete(_COPIES, terms.copies, batch)
