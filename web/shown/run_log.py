"""The log of a run, with the starts and ends that are not kept while logging is off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Line = dict[str, Any]


def with_starts_and_ends(run: Mapping[str, Any], lines: Sequence[Line]) -> list[Line]:
    """The stored `lines` of a shown run, completed from its attempts; in order of time.

    A line has ``at`` (epoch seconds), ``level`` and ``text``; a stored one its number ``n`` too. Where
    the middle of a long log was dropped, a line says how many are left out.
    """
    texts = [(line["at"], line["text"]) for line in lines]
    complete = _with_gaps(lines)
    for attempt in run["attempts"]:
        began = _epoch(attempt["started_at"])
        ended = _epoch(attempt["ended_at"]) if attempt["ended_at"] else None
        if not any(text.startswith(f"start: attempt {attempt['n']} ") for _, text in texts):
            complete.append(_line(began, "info", f"start: attempt {attempt['n']} on {attempt['node']}"))
        if ended is None:
            continue
        if not any(text.startswith("end: ") and began <= at <= ended + 1 for at, text in texts):
            complete.append(_end(run, attempt, ended))
    # Sorting keeps the order of lines of one instant: stored ones stand between start and end.
    return sorted(complete, key=lambda line: (line["at"], _rank(line)))


def _with_gaps(lines: Sequence[Line]) -> list[Line]:
    complete: list[Line] = []
    for line in lines:
        before = complete[-1]["n"] if complete else line["n"] - 1
        if (left_out := line["n"] - before - 1) > 0:
            said = {"level": "warning", "text": f"{left_out:,} lines are left out here", "left_out": left_out}
            complete.append({**line, **said, "n": line["n"] - 1})
        complete.append(line)
    return complete


def _end(run: Mapping[str, Any], attempt: Mapping[str, Any], ended: float) -> Line:
    at = ended + 0.001  # shown times are cut to milliseconds: its last line must not stand below it
    if attempt["error"]:
        return _line(at, "error", f"end: {attempt['error']}")
    last = attempt["n"] == run["attempt"]
    return _line(at, "info", f"end: {run['outcome'] if last and run['outcome'] else attempt['end']}")


def _rank(line: Line) -> int:
    if "n" in line:
        return 1
    return 0 if line["text"].startswith("start") else 2


def _line(at: float, level: str, text: str) -> Line:
    return {"at": at, "level": level, "text": text}


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
