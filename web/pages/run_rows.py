"""Runs as operators read them: one state in one word, and what can be asked for in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from domain.run_state import OPEN
from domain.run_state import STATES as ALL_STATES
from store.run.listed import Wanted

#: State or outcome -> (icon, tone).
STATES = {
    "queued": ("waiting", "warn"),
    "granted": ("waiting", "busy"),
    "running": ("running", "busy"),
    "succeeded": ("done", "good"),
    "done": ("done", "good"),
    "partial": ("partial", "warn"),
    "failed": ("failed", "bad"),
    "timeout": ("failed", "bad"),
    "lost": ("failed", "bad"),
    "cancelled": ("none", "quiet"),
    "drained": ("none", "quiet"),
    "merged": ("none", "quiet"),
    "skipped": ("none", "quiet"),
    "missed": ("overdue", "bad"),
}
#: Of a step.
STEPS = {
    "running": ("running", "busy"),
    "done": ("done", "good"),
    "failed": ("failed", "bad"),
    "stopped": ("none", "quiet"),
    "not_due": ("none", "quiet"),
    "off": ("disabled", "quiet"),
    "apart": ("none", "quiet"),
}
BAD = ("failed", "lost")
#: What the filter for states offers beside the states themselves.
SETS = {"open": ("not ended", OPEN), "bad": ("failed or lost", BAD)}
TRIGGERS = ("schedule", "manual", "api", "message", "catch_up")
OUTCOMES = ("done", "partial", "failed")
SPANS = {"1h": ("the last hour", 3600), "24h": ("24 hours", 86_400), "7d": ("7 days", 7 * 86_400)}


@dataclass(frozen=True)
class Asked:
    """What an operator wants to see, as it stands in the address; what is not known is left out."""

    service: str = ""
    state: str = ""
    outcome: str = ""
    trigger: str = ""
    node: str = ""
    since: str = ""
    failed_after: str = ""
    before: str = ""

    @classmethod
    def of(cls, params: Sequence[tuple[str, str]]) -> Asked:
        """From a query string."""
        known = {name: value for name, value in params if name in cls.__dataclass_fields__}
        choices: dict[str, Sequence[str]] = {
            "state": (*ALL_STATES, *SETS),
            "outcome": OUTCOMES,
            "trigger": TRIGGERS,
            "since": tuple(SPANS),
        }
        for name, some in choices.items():
            if known.get(name) not in some:
                known.pop(name, None)
        for name in ("failed_after", "before"):
            if not _is_number(known.get(name, "")):
                known.pop(name, None)
        return cls(**known)

    @property
    def narrowed(self) -> bool:
        """Whether it is less than all runs (of a service)."""
        return any((self.state, self.outcome, self.trigger, self.node, self.since, self.failed_after))

    @property
    def cursor(self) -> int | None:
        """Only runs below this id."""
        return int(self.before) if self.before else None

    def wanted(self, now: float) -> Wanted:
        """The same for the database."""
        states = BAD if self.failed_after else SETS[self.state][1] if self.state in SETS else ()
        return Wanted(
            service=self.service or None,
            states=states or ((self.state,) if self.state else ()),
            node=self.node or None,
            trigger=self.trigger or None,
            outcome=self.outcome or None,
            since=now - SPANS[self.since][1] if self.since else None,
            ended_after=float(self.failed_after) if self.failed_after else None,
        )

    def link(self, path: str, before: int | None, *, service: bool) -> str:
        """The address of the page that begins below `before`; None: of the first one."""
        kept = {
            name: value
            for name in self.__dataclass_fields__
            if (value := getattr(self, name)) and name != "before" and (service or name != "service")
        }
        if before is not None:
            kept["before"] = str(before)
        return f"{path}?{urlencode(kept)}" if kept else path


def state_of(run: Mapping[str, Any]) -> str:
    """The one word that says most of a run: how a succeeded one went, else its state."""
    if run["state"] == "succeeded":
        return str(run["outcome"] or "succeeded")
    return str(run["state"])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
