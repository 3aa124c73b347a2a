"""What a rule is: a recorded series, or an alert with its severity, its words and its page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent
from typing import Literal

Severity = Literal["warning", "critical"]

#: Where the page of each alert stands, from the top of the project.
PAGES = "docs/operating/alerts"


@dataclass(frozen=True)
class Record:
    """A series that Prometheus reckons by itself, under a name with colons."""

    name: str
    query: str
    help: str


@dataclass(frozen=True)
class Alert:
    """An alert: fires once `query` has had an answer for as long as `lasting` (as Prometheus writes it).

    `says` is one line; ``{{ $labels.service }}`` and ``{{ $value }}`` are filled in by Prometheus.
    """

    name: str
    severity: Severity
    query: str
    says: str
    lasting: str = "0s"

    @property
    def page(self) -> str:
        """The page that says what it means and what to do."""
        words = re.findall(r"[A-Z][a-z]*", self.name.removeprefix("Tickworks"))
        return f"{PAGES}/{'_'.join(words).lower()}.md"


def text(query: str) -> str:
    """A query without the indentation of the code around it."""
    return dedent(query).strip()
