"""Alerts on accounts of directories: who is locked out after wrong passwords."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from domain.alert.facts import Facts
from domain.alert.finding import Finding

#: More than so many at once in one directory are one alert: somebody is guessing, or a program is wrong.
MANY = 20


def user_locked(facts: Facts) -> Iterator[Finding]:
    """One for each locked user; it closes when the lock is over (SyncLockedUsersWork looks)."""
    for name, group in groupby(facts.locked, lambda each: each.directory):
        users = list(group)
        if len(users) > MANY:
            text = f"{len(users):,} users of {name} are locked out after wrong passwords"
            yield Finding("user_locked", f"directory {name}", text, "error")
            continue
        for each in users:
            text = f"{each.name} ({each.sam}) of {name} is locked out after wrong passwords"
            yield Finding("user_locked", f"directory_user {name}/{each.sam}", text)
