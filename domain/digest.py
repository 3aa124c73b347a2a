"""Which events a rule is about, and the one mail that tells of many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.time.clock import rfc3339

#: Stands in a rule for the addresses of the site's admin.
ADMIN = "admin"
#: What sends the mails: told by mail, their own failures would make the next one, for ever.
MAIL_CHAIN = frozenset(("events_manager", "mail_manager", "send_email_notifications"))
#: More lines than this nobody reads; the rest is counted.
MOST_LINES = 100
#: type -> (one, many), the worst first.
WORDS = {
    "daemon_down": ("daemon down", "daemons down"),
    "node_lost": ("node lost", "nodes lost"),
    "failure": ("failure", "failures"),
    "missed": ("missed run", "missed runs"),
    "alert": ("alert", "alerts"),
    "message": ("message", "messages"),
}


@dataclass(frozen=True)
class Group:
    """Equal events: what they say, how many there are, and when the first and last were (epoch seconds)."""

    type: str
    severity: str
    sender: str
    tags: tuple[str, ...]
    text: str
    count: int
    first: float
    last: float


@dataclass(frozen=True)
class Rule:
    """Events of these types, senders and tags (none given: any) go to these recipients.

    ``revision`` grows with each edit; 0: it was never stored.
    """

    name: str
    types: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    recipients: tuple[str, ...] = (ADMIN,)
    enabled: bool = True
    cursor: int = 0
    told_at: float | None = None
    revision: int = 0

    def about(self, group: Group) -> bool:
        """True for what its recipients are to hear of; never for what sends the mail itself."""
        return (
            group.sender not in MAIL_CHAIN
            and (not self.types or group.type in self.types)
            and (not self.senders or group.sender in self.senders)
            and (not self.tags or not set(self.tags).isdisjoint(group.tags))
        )

    def addresses(self, admin: Sequence[str]) -> tuple[str, ...]:
        """Where its mail goes, each address once; empty while the site names no admin."""
        found = [each for word in self.recipients for each in (admin if word == ADMIN else (word,))]
        return tuple(dict.fromkeys(found))


def subject(site: str, groups: Sequence[Group]) -> str:
    """``[site] 2 daemons down, 14 failures``."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[group.type] = counts.get(group.type, 0) + group.count
    order = [*WORDS, *sorted(counts.keys() - WORDS.keys())]
    words = [
        f"{counts[kind]} {WORDS.get(kind, (kind, kind))[counts[kind] > 1]}"
        for kind in order
        if kind in counts
    ]
    return f"[{site}] {', '.join(words)}"


def body(groups: Sequence[Group]) -> str:
    """One line for each group, errors first, then the most frequent; times in UTC."""
    order = {"error": 0, "warning": 1, "info": 2}
    ranked = sorted(groups, key=lambda group: (order[group.severity], -group.count, group.first))
    lines = [_line(group) for group in ranked[:MOST_LINES]]
    if rest := ranked[MOST_LINES:]:
        lines.append(f"and {sum(group.count for group in rest)} more events in {len(rest)} lines")
    return "\n".join(lines) + "\n"


def _line(group: Group) -> str:
    when = rfc3339(group.last)
    if group.count > 1:
        return f"{group.count} times: {group.text} (first {rfc3339(group.first)}, last {when})"
    return f"{group.text} ({when})"
