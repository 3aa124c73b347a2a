"""What operators set of the helpdesk's services, live."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DeskLimits:
    """How mail becomes tickets.

    `challenge`: who is neither a contact nor staff must answer a mail before the ticket is shown.
    `auto_reply`: requesters are told the number, once in `auto_reply_minutes` each. A lock lasts
    `lock_minutes`. Deleted tickets go after `deletion_days`. Of a mail over `max_size` MB only the head is
    taken; `per_run` mails at most; a server is waited for `timeout` seconds.
    """

    challenge: bool = False
    auto_reply: bool = True
    auto_reply_minutes: int = 60
    lock_minutes: int = 30
    deletion_days: int = 30
    max_size: int = 25
    per_run: int = 2_000
    timeout: float = 30.0

    def __post_init__(self) -> None:
        for name in ("auto_reply_minutes", "lock_minutes", "deletion_days", "max_size", "per_run"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected at least 1, got {getattr(self, name)}")
        if self.max_size > 100:
            raise ValueError(f"max_size: expected at most 100 MB, got {self.max_size}")
        if not 1 <= self.timeout <= 600:
            raise ValueError(f"timeout: expected 1 to 600 s, got {self.timeout:g}")


@dataclass(frozen=True)
class CommandLimits:
    """`trusted_server`: the name that our own mail server writes into Authentication-Results; empty: none.

    It must take away such fields that come from outside. `per_run`: commands at most.
    """

    trusted_server: str = ""
    per_run: int = 500

    def __post_init__(self) -> None:
        if self.per_run < 1:
            raise ValueError(f"per_run: expected at least 1, got {self.per_run}")
