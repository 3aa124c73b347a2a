"""What commands print: one JSON document, tables that fit the terminal, and times for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from coordinator.sentence import span as span

#: Columns of a table that goes to a file or a pipe.
WIDTH_ELSEWHERE = 120
NOTHING = "—"


def print_json(document: Any) -> None:
    """The one JSON document of a command with ``--json``."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")


def note(text: str) -> None:
    """A remark that is not the result: it goes to standard error."""
    sys.stderr.write(text + "\n")


def console(*, stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal, without colours when there is none."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if terminal else int(os.environ.get("COLUMNS") or WIDTH_ELSEWHERE)
    return Console(width=width, stderr=stderr, highlight=False, markup=False, emoji=False)


def table(*headings: str, right: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    """An open table. `right` columns are numbers, `whole` ones are never broken."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        made.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=heading in whole,
            overflow="fold",
        )
    return made


def facts(rows: Sequence[tuple[str, Any]]) -> Table:
    """Names on the left, values on the right; empty values are left out."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        if value not in (None, "", [], ()):
            made.add_row(name, value if isinstance(value, Text) else Text(str(value)))
    return made


def ago(at: str | None, now: float) -> str:
    """An RFC 3339 instant as "2 min ago" or "in 5 min"; a dash for none."""
    if at is None:
        return NOTHING
    distance = now - epoch(at)
    return f"{short(distance)} ago" if distance >= 0 else f"in {short(-distance)}"


def for_(since: str | None, now: float) -> str:
    """How long something has lasted: "42 s"."""
    return NOTHING if since is None else short(now - epoch(since))


def short(seconds: float) -> str:
    """A length of time for a narrow column, in one unit: 42 s, 5 min, 3 h, 2 d."""
    whole = max(0, int(seconds))
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if whole >= 2 * unit:
            return f"{whole // unit} {name}"
    return f"{whole} s"


def took(seconds: float | None) -> str:
    """A duration: "0.42 s" for short ones, "5 min" for long ones."""
    if seconds is None:
        return NOTHING
    return f"{seconds:.2f} s" if seconds < 10 else span(seconds)


def epoch(text: str) -> float:
    """An RFC 3339 instant as epoch seconds."""
    return datetime.fromisoformat(text).timestamp()


def local(at: str | None, zone: Any) -> str:
    """An RFC 3339 instant as the site's wall clock shows it."""
    if at is None:
        return NOTHING
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """ "1 service", "2 services"."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
