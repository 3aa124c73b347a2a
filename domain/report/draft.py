"""A report as a mail: a few lines of text, and the table as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.mail.draft import Attachment, Draft
from domain.report.period import Span
from domain.report.query import Query
from domain.report.written import MEDIA_TYPES, Written

SOURCE = "reports_to_email"


def draft(
    query: Query,
    file: Written,
    *,
    form: str,
    over: Span,
    zone: ZoneInfo,
    site: str,
    to: Sequence[str],
    once_key: str,
    also: int = 0,
) -> Draft:
    """The mail of one report; `also`: how many earlier planned times it stands for too."""
    ends = datetime.fromtimestamp(over.until, zone)
    lines = [
        f"{query.name}: {file.rows} {'row' if file.rows == 1 else 'rows'}",
        f"{query.kind} from {minute(over.since, zone)} to {minute(over.until, zone)} ({zone})",
        *([f"filters: {_filters(query)}"] if query.words else []),
        *([f"grouped by {', '.join(query.group_by)}"] if query.group_by else []),
        *([file.limit] if file.limit else []),
        *([f"it stands also for {also} earlier planned times that were not served"] if also else []),
    ]
    return Draft(
        once_key=once_key,
        to=tuple(to),
        subject=f"[{site}] {query.name}: {file.rows} {'row' if file.rows == 1 else 'rows'}",
        text="\n".join(lines) + "\n",
        source=SOURCE,
        attachments=(Attachment(file_name(query.name, ends, form), MEDIA_TYPES[form], file.content),),
    )


def file_name(name: str, ends: datetime, form: str) -> str:
    """``failed_runs_2027-03-28_0800.csv``: letters and digits of any script, whatever the name is."""
    stem = re.sub(r"[^\w-]+", "_", name).strip("_") or "report"
    return f"{stem}_{ends:%Y-%m-%d_%H%M}.{form}"


def minute(at: int, zone: ZoneInfo) -> str:
    """An instant as the clocks of a zone show it, with their offset."""
    return datetime.fromtimestamp(at, zone).isoformat(" ", "minutes")


def _filters(query: Query) -> str:
    return "; ".join(f"{name} {', '.join(words)}" for name, words in query.words.items())
