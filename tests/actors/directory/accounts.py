"""Accounts that something happens to: wrong passwords, and rules of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from backends.directory import write
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from domain.directory import dn
from domain.directory.filetime import stored_span
from tests.backends.directory.conftest import principal
from tests.support.real_samba import BASE, LOCKS_AFTER

_RULES = f"CN=Password Settings Container,CN=System,{BASE}"


def lock_out(server: Server, name: str) -> None:
    """Somebody types so many wrong passwords that the account of this sign-in name is locked."""
    for _ in range(LOCKS_AFTER):
        assert check_password(replace(server, user=principal(name), password="guess")) in ("wrong", "locked")


@contextmanager
def own_rules(session: Session, user: str, *, age: timedelta, locked_for: timedelta) -> Iterator[None]:
    """A fine-grained policy for this one user (MS-ADTS 3.1.1.4.5.36), until the block ends."""
    name = dn.child(_RULES, "CN", uuid.uuid4().hex)
    given: dict[str, write.Value] = {
        "msDS-PasswordSettingsPrecedence": 1,
        "msDS-PasswordReversibleEncryptionEnabled": False,
        "msDS-PasswordHistoryLength": 0,
        "msDS-PasswordComplexityEnabled": False,
        "msDS-MinimumPasswordLength": 0,
        "msDS-MinimumPasswordAge": 0,
        "msDS-MaximumPasswordAge": stored_span(age),
        "msDS-LockoutThreshold": LOCKS_AFTER,
        "msDS-LockoutObservationWindow": stored_span(locked_for),
        "msDS-LockoutDuration": stored_span(locked_for),
        "msDS-PSOAppliesTo": user,
    }
    made = write.create(session, name, ["msDS-PasswordSettings"], given)
    try:
        yield
    finally:
        write.delete(session, made)
