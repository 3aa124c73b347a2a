"""How accounts stand now, into our table: who was locked or let in again since is told by an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from actors.directories.opened import Directory
from domain.directory.user import UserState

#: So many users are named in one event; more are counted.
NAMED = 10


def keep_states(
    tx: Any, sender: str, directory: Directory, states: Mapping[str, UserState], now: float
) -> Counter[str]:
    """Write how these users (by GUID) stand; counts ``locked`` and ``unlocked``, those who changed."""
    from store.directory import user

    known = user.stands(tx, directory["id"], states)
    ended, locked, unlocked = [], [], []
    for guid, stand in known.items():
        state = states[guid]
        if state.locked and user.lock(tx, stand.id, state.locked_at, now):
            locked.append(stand)
        elif not state.locked and stand.locked and user.unlock(tx, stand.id, now):
            unlocked.append(stand)
        if (state.password_expires, state.password_expires_at) != stand[6:]:
            ended.append((stand.id, state))
    user.password_ends(tx, ended, now)
    tell(tx, sender, directory, "locked", [f"{each.name} ({each.sam})" for each in locked], now)
    tell(tx, sender, directory, "unlocked", [f"{each.name} ({each.sam})" for each in unlocked], now)
    return Counter(locked=len(locked), unlocked=len(unlocked))


_WORDS = {
    "locked": ("is locked out after wrong passwords", "are locked out after wrong passwords"),
    "unlocked": ("is not locked out any more", "are not locked out any more"),
    "new": ("is new", "are new"),
    "renamed": ("is called otherwise now", "are called otherwise now"),
    "gone": ("is gone", "are gone"),
    "returned": ("is there again", "are there again"),
}


def tell(tx: Any, sender: str, directory: Directory, what: str, names: list[str], now: float) -> None:
    """One event for all users of a directory to whom the same happened; none for nobody."""
    from store import event

    if not names:
        return
    one, many = _WORDS[what]
    named = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
    text = f"{named} {one}" if len(names) == 1 else f"{len(names):,} users {many}: {named}"
    event.add(
        tx,
        at=now,
        type="directory",
        severity="warning" if what == "locked" else "info",
        sender=sender,
        text=f"{directory['name']}: {text}",
        tags=("directory", what),
        data={"directory": directory["name"], "users": names[:100], "count": len(names)},
    )
