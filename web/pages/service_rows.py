"""The services table as operators read it: sections, one state in one word, facets, order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.time.spoken import epoch

Row = dict[str, Any]

SECTIONS = {
    "daemon": "Daemon services",
    "fixed_time": "Fixed time services",
    "periodic": "Periodic services",
    "on_demand": "On-demand services",
}
FOLDED = ("off", "planned", "legacy")
#: Seconds after which a planned time that nobody accounted for is overdue; the beat ticks on the minute.
LATE = 90.0

#: State -> (icon, tone); a state is one word of the facet "status".
STATES = {
    "running": ("running", "busy"),
    "waiting": ("waiting", "warn"),
    "failing": ("failed", "bad"),
    "overdue": ("overdue", "bad"),
    "enabled": ("enabled", "good"),
    "paused": ("pause", "quiet"),
    "disabled": ("disabled", "quiet"),
    "not_configured": ("missing", "warn"),
    "off": ("none", "quiet"),
    "planned": ("none", "quiet"),
    "legacy": ("none", "quiet"),
}
OUTCOMES = {
    "done": ("done", "good"),
    "succeeded": ("done", "good"),
    "partial": ("partial", "warn"),
    "failed": ("failed", "bad"),
    "lost": ("failed", "bad"),
    "timeout": ("failed", "bad"),
    "crash loop": ("failed", "bad"),
    "cancelled": ("none", "quiet"),
}


@dataclass(frozen=True)
class Asked:
    """What an operator wants to see: as it stands in the address of the page."""

    q: str = ""
    kind: str = ""
    status: str = ""
    node: str = ""
    group: str = ""
    result: str = ""
    sort: str = ""

    @classmethod
    def of(cls, params: Sequence[tuple[str, str]]) -> Asked:
        """From a query string; what is not known is left out."""
        return cls(**{name: value for name, value in params if name in cls.__dataclass_fields__})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order differs from the whole table."""
        return any((self.q, self.kind, self.status, self.node, self.group, self.result))


def state_of(row: Mapping[str, Any], now: float) -> str:
    """The one word that says most of a service now."""
    if row["status"] in FOLDED:
        return str(row["status"])
    if row["running"] and row["kind"] != "daemon":
        return "running"
    if row["queued_since"]:
        return "waiting"
    if row["status"] != "enabled":
        return str(row["status"])
    if row["paused"]:
        return "paused"
    if row["consecutive_failures"] or row["last_outcome"] in ("crash loop", "failed", "lost"):
        return "failing"
    if row["next_due_at"] and now - epoch(row["next_due_at"]) > LATE:
        return "overdue"
    return "running" if row["kind"] == "daemon" and row["running"] else "enabled"


def chosen(rows: Sequence[Row], asked: Asked) -> list[Row]:
    """The rows that are asked for, in the order asked for; each has its ``state`` already."""
    return _sorted([row for row in rows if _wanted(row, asked)], asked.sort)


def sections(rows: Sequence[Row]) -> list[tuple[str, str, list[Row]]]:
    """(kind, title, rows) of each section that has rows."""
    found = ((kind, title, [row for row in rows if row["kind"] == kind]) for kind, title in SECTIONS.items())
    return [each for each in found if each[2]]


def folded(rows: Sequence[Row]) -> dict[str, Any]:
    """What the table does not list: how many are off by profile, how many planned, and the legacy ones."""
    off = Counter(row["profile"] for row in rows if row["status"] == "off")
    return {
        "off": sorted(off.items()),
        "planned": sum(row["status"] == "planned" for row in rows),
        "legacy": [row for row in rows if row["status"] == "legacy"],
    }


def tally(rows: Sequence[Row]) -> dict[str, int]:
    """How many are in each state that asks for a look."""
    counts = Counter(row["state"] for row in rows)
    return {state: counts[state] for state in ("failing", "overdue", "waiting", "running")}


def _wanted(row: Row, asked: Asked) -> bool:
    words = asked.q.casefold().split()
    text = f"{row['title']} {row['name']} {' '.join(row['aliases'])} {row['family']}".casefold()
    return (
        all(word in text for word in words)
        and asked.kind in ("", row["kind"])
        and _has_status(row, asked.status)
        and (not asked.node or asked.node in row["allowed_nodes"])
        and (not asked.group or asked.group in row["run_groups"])
        and asked.result in ("", row["last_outcome"] or "none")
    )


def _has_status(row: Row, status: str) -> bool:
    if status == "paused":
        return bool(row["paused"])
    return status in ("", row["state"], row["status"])


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """By a column; "-" before its name turns it round. Rows without a value come last."""
    name = sort.removeprefix("-")
    if name not in ORDERS:
        return rows
    have = [row for row in rows if ORDERS[name](row) is not None]
    rest = [row for row in rows if ORDERS[name](row) is None]
    return sorted(have, key=ORDERS[name], reverse=sort.startswith("-")) + rest


ORDERS: dict[str, Callable[[Row], Any]] = {
    "status": lambda row: list(STATES).index(row["state"]),
    "name": lambda row: row["title"].casefold(),
    "next": lambda row: row["next_due_at"],
    "last": lambda row: row["last_run_at"],
    "took": lambda row: row["last_duration"],
    "queue": lambda row: row["queued_since"],
    "result": lambda row: row["last_outcome"],
    "groups": lambda row: " ".join(row["run_groups"]) or None,
}
