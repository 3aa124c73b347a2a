"""What commands print: one JSON document, tables that fit the terminal, and times for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.time.spoken import NOTHING as NOTHING
from domain.time.spoken import ago as ago
from domain.time.spoken import count as count
from domain.time.spoken import epoch as epoch
from domain.time.spoken import for_ as for_
from domain.time.spoken import local as local
from domain.time.spoken import short as short
from domain.time.spoken import span as span
from domain.time.spoken import took as took

#: Columns of a table that goes to a file or a pipe.
WIDTH_ELSEWHERE = 120


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
