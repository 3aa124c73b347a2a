"""From the groups of an identity provider to a role here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def role_of(groups: Iterable[str], table: Mapping[str, str], order: Sequence[str]) -> str | None:
    """The highest role that one of the groups has in `table`; None if none has any.

    `order` has all roles, the least first. Groups are compared letter by letter.
    """
    found = [table[group] for group in groups if group in table]
    return max(found, key=order.index, default=None)
