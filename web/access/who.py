"""Somebody who is signed in, and what their role lets them do (contract §5, Roles)."""

from __future__ import annotations

from dataclasses import dataclass

#: Each may do all that those before it may.
ROLES = ("viewer", "operator", "admin")


@dataclass(frozen=True)
class Who:
    """The person or program behind a request.

    `via` is "page" for a session and "api" for an access token, as the audit trail has it;
    `session_id` is None for a token. `must_change`: the password is a one-time one.
    """

    name: str
    role: str
    via: str
    user_id: int
    session_id: int | None = None
    must_change: bool = False

    def may(self, role: str) -> bool:
        """Whether this role is theirs or below theirs."""
        return ROLES.index(self.role) >= ROLES.index(role)


def lower(one: str, other: str) -> str:
    """The role of the two that may less."""
    return min(one, other, key=ROLES.index)
