"""From an object as a controller gave it to what we keep of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.directory.user import UserFacts, UserState, mailbox_kind
from domain.directory.user_account_control import Account, account

if TYPE_CHECKING:
    from backends.directory.entry import Entry

#: Attributes of users and groups that are kept.
FACTS = (
    "objectClass",
    "sAMAccountName",
    "userPrincipalName",
    "displayName",
    "mail",
    "employeeID",
    "telephoneNumber",
    "employeeType",
    "msExchRecipientTypeDetails",
    "userAccountControl",
    "pwdLastSet",
    "accountExpires",
)
MEMBER = "member"
#: Longer values are cut: what stands there is no name.
LONGEST = 500
_NO_NUMBER = 0
#: Members come as plain names, or, from Active Directory's DirSync, with their identities before them.
_GUID = re.compile(r"^<GUID=([0-9a-fA-F-]{32,36})>;", re.ASCII)


def is_user(entry: Entry) -> bool:
    """True for somebody's account."""
    classes = _classes(entry)
    return "user" in classes and "computer" not in classes


def is_group(entry: Entry) -> bool:
    """True for a group."""
    return "group" in _classes(entry)


def is_unit(entry: Entry) -> bool:
    """True for an organisational unit."""
    return "organizationalunit" in _classes(entry)


def user_facts(entry: Entry) -> UserFacts:
    """What is kept of a user; `entry` has all of `FACTS`. Raises ValueError for what is none."""
    stands = _account(entry)
    exchange = _number(entry, "msExchRecipientTypeDetails")
    return UserFacts(
        dn=entry.dn,
        sam=_text(entry, "sAMAccountName"),
        upn=_text(entry, "userPrincipalName"),
        name=_text(entry, "displayName") or _text(entry, "name") or _text(entry, "sAMAccountName"),
        mail=_text(entry, "mail"),
        employee_id=_text(entry, "employeeID"),
        phone=_text(entry, "telephoneNumber"),
        kind=mailbox_kind(exchange, _text(entry, "employeeType")),
        enabled=stands.enabled,
        must_change=stands.must_change_password,
        password_changed_at=_epoch(stands.password_changed_at),
        expires_at=_epoch(stands.expires.at),
    )


def user_state(entry: Entry) -> UserState:
    """How an account stands; `entry` has all of `backends.directory.account.STATE`. Raises ValueError."""
    stands = _account(entry)
    ends = stands.password_expires
    # A password that must be changed at the next sign-in has "ended" for another reason than its age.
    return UserState(
        locked=stands.locked,
        locked_at=_epoch(stands.locked_at),
        password_expires=ends.what,
        password_expires_at=_epoch(ends.at),
    )


def member_guid(value: str) -> str | None:
    """The GUID that a member's name begins with; None: it is a plain name."""
    found = _GUID.match(value)
    return str(UUID(found[1])) if found else None


def _account(entry: Entry) -> Account:
    return account(
        _number(entry, "userAccountControl"),
        _number(entry, "msDS-User-Account-Control-Computed"),
        lockout=_number(entry, "lockoutTime"),
        password_set=_number(entry, "pwdLastSet"),
        password_ends=_number(entry, "msDS-UserPasswordExpiryTimeComputed"),
        ends=_number(entry, "accountExpires"),
    )


def _classes(entry: Entry) -> set[str]:
    return {each.lower() for each in entry.texts("objectClass")}


def _text(entry: Entry, name: str) -> str:
    text = entry.text(name)
    # A NUL is a value to a directory and none to a database.
    return text.replace("\0", "")[:LONGEST]


def _number(entry: Entry, name: str) -> int:
    return entry.number(name, _NO_NUMBER)


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
