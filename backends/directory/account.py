"""Signing in: passwords, locks, and accounts switched on and off (MS-ADTS 3.1.1.3.1.5)."""

from __future__ import annotations

from backends.directory.read import Target, get
from backends.directory.session import Session
from backends.directory.write import Change, modify, put
from backends.error import BackendError

#: What says how an account stands now. The computed two must be asked for by name, of objects themselves:
#: they can stand in no condition, and changes do not bring them.
STATE = (
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "msDS-UserPasswordExpiryTimeComputed",
    "lockoutTime",
    "pwdLastSet",
    "accountExpires",
)
#: A user of no special kind, and the flag that switches it off (MS-ADTS 2.2.16).
NORMAL = 0x200
DISABLED = 0x2


def set_password(session: Session, target: Target, password: str, *, must_change: bool = False) -> None:
    """Give somebody another password, as an administrator; with `must_change` good for one sign-in.

    Raises BackendError; ``invalid``: it does not meet the rules of the domain. Nothing of it is ever said.
    """
    changes = {"unicodePwd": put(f'"{password}"'.encode("utf-16-le"))}
    if must_change:
        changes["pwdLastSet"] = put(0)
    modify(session, target, changes)


def unlock(session: Session, target: Target) -> None:
    """Let somebody in again whom wrong passwords locked out; no error for others. Raises BackendError."""
    modify(session, target, {"lockoutTime": put(0)})


def enable(session: Session, target: Target, on: bool = True) -> bool:
    """Switch an account on or off; False if it was so already. The other flags stay as they are.

    Raises BackendError; ``conflict``: somebody changed the flags at the same moment.
    """
    found = get(session, target, ["userAccountControl"])
    flags = found.number("userAccountControl", -1)
    if flags < 0:
        raise BackendError("invalid", f"{session.server}: {target} is no account, or not ours to read")
    wanted = flags & ~DISABLED if on else flags | DISABLED
    if wanted == flags:
        return False
    # Taking the old value away is the guard: it fails if it is not the value any more.
    guarded = (Change("remove", (flags,)), Change("add", (wanted,)))
    modify(session, found.id, {"userAccountControl": guarded})
    return True
