"""The states of a job, and every way from one to another.

`TRANSITIONS` is the only truth; `docs/job_states.md` draws it and a test compares the two.
"""

from __future__ import annotations

#: In the queue's view: not done yet, or in need of a person.
OPEN = ("queued", "unknown", "running", "held", "failed")
#: Out of the queue, kept in the log; nothing leaves these.
FINAL = ("done", "controlled", "cancelled")
STATES = OPEN + FINAL

#: May be claimed when its time has come and nothing stands before it.
WAITING = ("queued", "unknown")

#: (from, to): when. A state of None is a row that does not exist yet.
TRANSITIONS: dict[tuple[str | None, str], str] = {
    (None, "queued"): "somebody ordered it",
    (None, "held"): "somebody ordered it, and a rule holds it back",
    ("queued", "running"): "a run claimed it",
    ("queued", "held"): "somebody or a rule holds it back",
    ("queued", "controlled"): "somebody did it by hand",
    ("queued", "cancelled"): "somebody cancelled it, or took a deletion back",
    ("unknown", "running"): "a run claimed it, to look it up first",
    ("unknown", "held"): "somebody or a rule holds it back",
    ("unknown", "controlled"): "somebody looked, or did it by hand",
    ("unknown", "cancelled"): "somebody gave it up",
    ("running", "done"): "it was carried out, or found to be",
    ("running", "queued"): "its try failed and tries are left, or its run ended before the try began",
    ("running", "unknown"): "nobody knows whether its try took effect",
    ("running", "failed"): "its try failed and none is left, or looking up led to nothing",
    ("held", "queued"): "it was released",
    ("held", "unknown"): "it was released, and its last try is still unknown",
    ("held", "controlled"): "somebody did it by hand",
    ("held", "cancelled"): "somebody cancelled it, or took a deletion back",
    ("failed", "queued"): "somebody had it tried again",
    ("failed", "unknown"): "somebody had it tried again, and its last try is still unknown",
    ("failed", "controlled"): "somebody did it by hand",
    ("failed", "cancelled"): "somebody gave it up",
}

#: Why a job is held back: the words of operators, and what they mean.
HELD_REASONS = {
    "unpaid": "what it belongs to is not paid",
    "paused": "somebody holds it back",
    "behind": "what it needs is not there yet",
    "observe": "its family observes: release it, or let the family go live",
    "archived": "its organisation is archived",
}


def sources(after: str) -> tuple[str, ...]:
    """The states from which a job may go to `after`, for the guard of an UPDATE."""
    return tuple(before for before, to in TRANSITIONS if to == after and before is not None)
