"""A usage report as a mail: a few lines of text, and the table as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.mail.draft import Attachment, Draft
from domain.report.draft import file_name, minute
from domain.report.period import Span
from domain.report.usage_kinds import UsageKind
from domain.report.written import MEDIA_TYPES, Written
from domain.time.spoken import count

SOURCE = "usage_report_schedule"


@dataclass(frozen=True)
class Sending:
    """Whose report goes to whom: `owner` is the organisation by whose server it is mailed, or None."""

    name: str
    kind: UsageKind
    owner: str | None
    form: str
    to: Sequence[str]
    family: str | None


def usage_draft(
    sending: Sending, file: Written, *, over: Span, zone: ZoneInfo, site: str, once_key: str, also: int = 0
) -> Draft:
    """The mail of one report; `also`: how many earlier planned times it stands for too."""
    rows = count(file.rows, "row")
    lines = [
        f"{sending.name}: {rows}",
        sending.kind.title + (f", of {sending.owner} and those below it" if sending.owner else ""),
        f"from {minute(over.since, zone)} to {minute(over.until, zone)} ({zone})",
        *(["Nothing to report: the file has its headings alone."] if file.rows == 0 else []),
        *([file.limit] if file.limit else []),
        *([f"it stands also for {also} earlier planned times that were not served"] if also else []),
    ]
    named = file_name(sending.name, datetime.fromtimestamp(over.until, zone), sending.form)
    return Draft(
        once_key=once_key,
        to=tuple(sending.to),
        subject=f"[{site}] {sending.name}: {rows}",
        text="\n".join(lines) + "\n",
        owner=sending.owner,
        source=SOURCE,
        family=sending.family,
        attachments=(Attachment(named, MEDIA_TYPES[sending.form], file.content),),
    )
