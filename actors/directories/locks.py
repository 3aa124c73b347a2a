"""Who is locked out, and when passwords end, into our table.

Only an account that was locked once since its last good sign-in has a lockoutTime, which stays when the term
of the lock has passed: those few are asked for at each look, and only the computed bit says that one is
locked now. In a domain without a policy there are none.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.context import Context
from actors.directories import standing
from actors.directories.entry import user_state
from actors.directories.opened import Directory, each_directory
from actors.directories.reading import by_guid
from actors.outcome import Outcome
from domain.directory.limits import LockLimits
from domain.directory.user import UserState

if TYPE_CHECKING:
    from backends.directory.entry import Entry
    from backends.directory.server import Server
    from backends.directory.session import Session

HOUR = 3_600.0
LOOK = 500


def read_locks(context: Context, limits: LockLimits, *, only: str = "", whole: bool = False) -> Outcome:
    """Look at each active directory. `only`: that of this name; `whole`: at all its users, also not locked.

    Counts: ``looked_at``, ``locked``, ``unlocked``, ``directories``, ``failed``.
    """
    counts: Counter[str] = Counter(looked_at=0, locked=0, unlocked=0)
    work = partial(_look, context, limits, whole)
    return each_directory(context, work, timeout=limits.timeout, only=only, counts=counts)


def _look(
    context: Context,
    limits: LockLimits,
    whole: bool,
    directory: Directory,
    server: Server,
    counts: Counter[str],
) -> None:
    from backends.directory.session import Session
    from store import database
    from store.directory import state, user

    now, tx = context.now.timestamp(), database.read()
    known = state.state(tx, directory["id"]) or {}
    last = known.get("state_at")
    everybody = whole or last is None or now - last >= limits.whole_hours * HOUR
    locked = user.locked(tx, directory["id"])
    with Session(server) as session:
        states = _states(context, session, directory["base"], everybody, locked)
    told = database.write(
        lambda tx: _keep(tx, context.service.name, directory, states, now, everybody=everybody)
    )
    counts.update(told)
    counts["looked_at"] += len(states)


def _states(
    context: Context, session: Session, base: str, everybody: bool, locked: set[str]
) -> dict[str, UserState]:
    """How those stand that may be locked, and those that were; or all."""
    from backends.directory import filters, read
    from backends.directory.account import STATE
    from backends.directory.root import read_root

    what = filters.USERS if everybody else filters.USERS & filters.at_least("lockoutTime", 1)
    states: dict[str, UserState] = {}
    for entry in read.search(session, base or read_root(session).domain, what, STATE):
        _take(context, states, entry)
    # Who is not among them any more is asked for: that a list lacks somebody proves nothing.
    for entry in by_guid(session, [UUID(guid) for guid in locked - states.keys()], STATE):
        _take(context, states, entry)
    return states


def _take(context: Context, states: dict[str, UserState], entry: Entry) -> None:
    if len(states) % LOOK == 0:
        context.check_stop()
    try:
        states[str(entry.id)] = user_state(entry)
    except ValueError as error:
        context.log.error("account not read", account=entry.dn, error=str(error))


def _keep(
    tx: Any, sender: str, directory: Directory, states: dict[str, UserState], now: float, *, everybody: bool
) -> Counter[str]:
    from store.directory import state

    told = standing.keep_states(tx, sender, directory, states, now)
    if everybody:
        state.states_read(tx, directory["id"], now)
    return told
