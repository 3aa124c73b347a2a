"""The flags of an account (MS-ADTS 2.2.16), and what they and the computed ones say together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag

from domain.directory.filetime import Expiry, account_expiry, moment, password_expiry


class Flag(IntFlag):
    """Of userAccountControl. LOCKED and PASSWORD_EXPIRED are true in the computed attribute alone."""

    DISABLED = 0x2
    HOME_FOLDER_NEEDED = 0x8
    LOCKED = 0x10
    NO_PASSWORD_NEEDED = 0x20
    MAY_NOT_CHANGE_PASSWORD = 0x40
    REVERSIBLE_PASSWORD = 0x80
    NORMAL = 0x200
    TRUST = 0x800
    WORKSTATION = 0x1000
    SERVER = 0x2000
    PASSWORD_NEVER_EXPIRES = 0x10000
    SMART_CARD_NEEDED = 0x40000
    TRUSTED_FOR_DELEGATION = 0x80000
    NOT_DELEGATED = 0x100000
    DES_ONLY = 0x200000
    NO_PREAUTHENTICATION = 0x400000
    PASSWORD_EXPIRED = 0x800000


@dataclass(frozen=True)
class Account:
    """What holds for an account now. `locked_at`: when wrong passwords locked it, None while it is not."""

    enabled: bool
    locked: bool
    locked_at: datetime | None
    must_change_password: bool
    password_changed_at: datetime | None
    password_expires: Expiry
    expires: Expiry


def account(
    control: int, computed: int, *, lockout: int, password_set: int, password_ends: int, ends: int
) -> Account:
    """From the numbers of one object.

    `control`: userAccountControl; `computed`: msDS-User-Account-Control-Computed, whose LOCKED alone says
    that it is locked now: `lockout` (lockoutTime) stays when the term of a lock has passed;
    `password_set`: pwdLastSet, where 0 means that it must be changed; `password_ends`:
    msDS-UserPasswordExpiryTimeComputed; `ends`: accountExpires.
    """
    locked = bool(computed & Flag.LOCKED)
    keeps = bool(control & (Flag.PASSWORD_NEVER_EXPIRES | Flag.SMART_CARD_NEEDED))
    return Account(
        enabled=not control & Flag.DISABLED,
        locked=locked,
        locked_at=moment(lockout) if locked else None,
        must_change_password=password_set == 0 and not keeps,
        password_changed_at=moment(password_set),
        password_expires=Expiry("never") if keeps else password_expiry(password_ends),
        expires=account_expiry(ends),
    )


def with_enabled(control: int, enabled: bool) -> int:
    """The flags of the account switched on or off; the others stay."""
    return control & ~Flag.DISABLED if enabled else control | Flag.DISABLED


def is_person(control: int) -> bool:
    """True for an account of somebody, not of a computer or a trusted domain."""
    return bool(control & Flag.NORMAL)
