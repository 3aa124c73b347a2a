"""Commands of staff: lines that begin with ``#`` at the very top of a mail, never in a quote."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 10
PRIORITIES = ("low", "normal", "high", "urgent")
KNOWN = ("close", "open", "assign", "priority", "note", "delete")
_LINE = re.compile(r"#([a-z]{2,20})(?:\s+(.{1,200}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Command:
    """One command with its words."""

    name: str
    words: str = ""

    @property
    def wrong(self) -> str:
        """Why it cannot be obeyed, or ""."""
        if self.name not in KNOWN:
            return f"there is no command #{self.name}; there are {', '.join('#' + each for each in KNOWN)}"
        if self.name == "assign" and not self.words:
            return "#assign needs the name of a staff member"
        if self.name == "priority" and self.words.lower() not in PRIORITIES:
            return f"#priority needs one of {', '.join(PRIORITIES)}"
        return ""


def commands(written: str) -> tuple[list[Command], str]:
    """The commands at the top of what somebody wrote now (without quotes), and the text behind them."""
    found: list[Command] = []
    lines = written.split("\n")
    for number, line in enumerate(lines):
        bare = line.strip()
        if not bare and not found:
            continue
        match = _LINE.fullmatch(bare)
        if match is None or len(found) == MOST:
            return found, "\n".join(lines[number:]).strip()
        found.append(Command(match[1].lower(), (match[2] or "").strip()))
    return found, ""
