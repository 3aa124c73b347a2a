"""The work queue as operators read it: what is asked for, one state in one word, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.jobs.states import FINAL, OPEN, WAITING
from web.shown.jobs import Search

Row = dict[str, Any]

#: State -> (icon, tone).
STATES = {
    "running": ("running", "busy"),
    "queued": ("waiting", "warn"),
    "unknown": ("missing", "warn"),
    "held": ("pause", "quiet"),
    "failed": ("failed", "bad"),
    "done": ("done", "good"),
    "controlled": ("done", "quiet"),
    "cancelled": ("none", "quiet"),
}
#: How a try of a job ended -> (icon, tone).
TRIES = {
    "done": ("done", "good"),
    "failed": ("failed", "bad"),
    "unknown": ("missing", "warn"),
    "lost": ("failed", "bad"),
}


@dataclass(frozen=True)
class Verb:
    """Something that can be done to a job: its button, what it means, and what it came to."""

    label: str
    means: str
    done: str
    #: It leaves the queue, so that nobody can take it back: ask first.
    final: bool = False


VERBS = {
    "run": Verb(
        "Run now",
        "Carries it out as soon as its lane is free, also where jobs are not processed automatically",
        "will be carried out",
    ),
    "hold": Verb(
        "Hold", "Keeps it back until it is released; later jobs of the same object wait with it", "held"
    ),
    "release": Verb("Release", "Lets it go on, in its old place", "released"),
    "control": Verb(
        "Control", "Somebody did it by hand: it leaves the queue as done", "controlled: done by hand", True
    ),
    "reactivate": Verb(
        "Reactivate",
        "Takes the pending deletion back; possible while no try was made",
        "reactivated: the deletion is taken back",
        True,
    ),
    "cancel": Verb("Cancel", "It is not wanted any more: it leaves the queue undone", "cancelled", True),
}
_OF_STATE = {
    "queued": ("run", "hold", "control", "cancel"),
    "unknown": ("run", "hold", "control", "cancel"),
    "held": ("release", "control", "cancel"),
    "failed": ("run", "control", "cancel"),
}
#: Sentences whose span counts down: the page lets the browser count, so that nothing is sent for it.
_COUNTS_DOWN = ("is tried again in ", "is looked up in ")


@dataclass(frozen=True)
class Asked:
    """What an operator wants to see: as it stands in the address of the page."""

    q: str = ""
    organisation: str = ""
    kind: str = ""
    backend: str = ""
    state: str = ""
    tab: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, params: Sequence[tuple[str, str]]) -> Asked:
        """From a query string; what is not known, or cannot be printed, is left out."""
        known = {name: printable(value) for name, value in params if name in cls.__dataclass_fields__}
        asked = cls(**known)
        return asked if asked.state in ("", *asked.all_states) else cls(**{**known, "state": ""})

    @property
    def all_states(self) -> tuple[str, ...]:
        """The states that the tab shows."""
        return FINAL if self.tab == "log" else OPEN

    @property
    def states(self) -> tuple[str, ...]:
        """The states that are asked for."""
        return (self.state,) if self.state else self.all_states

    @property
    def search(self) -> Search:
        """The rest."""
        return Search(
            kind=self.kind or None,
            organisation=self.organisation or None,
            backend=self.backend or None,
            text=self.q or None,
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab and the page is chosen."""
        return any((self.q, self.organisation, self.kind, self.backend, self.state))


def printable(text: str) -> str:
    """The text without what no database takes, at most 200 characters."""
    return "".join(letter for letter in text if letter.isprintable())[:200].strip()


def verbs_of(row: Mapping[str, Any], deletion: bool) -> tuple[str, ...]:
    """What can be done to a job; `deletion`: its kind deletes, so that it can be taken back."""
    verbs = _OF_STATE.get(row["state"], ())
    untouched = deletion and not row["tries"] and row["state"] in (*WAITING, "held")
    return (*verbs[:-1], "reactivate", verbs[-1]) if untouched and verbs else verbs


def why_of(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """What keeps a job, or what came of it, and the instant that ends the wait, if it counts down."""
    if row["waiting_reason"]:
        for beginning in _COUNTS_DOWN:
            if row["waiting_reason"].startswith(beginning):
                return beginning.removesuffix(" in "), row["next_try_at"]
        return row["waiting_reason"].removeprefix("held: "), None
    return row["error"] or row["message"] or row["reason"] or "", None
