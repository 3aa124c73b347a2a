"""Reports over HTTP: the questions, when they are mailed to whom, a preview, and sending at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from store import database
from store.report import queries
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.acts.refusal import Refusal
from web.acts.reports import LONGEST_KEY, Reports, checked
from web.here import Here
from web.shown import reports as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Words = Annotated[list[str], Field(max_length=50)]
Rows = Annotated[int, Query(ge=1, le=1000)]


class Definition(BaseModel):
    """What a report asks; `GET reports/kinds` says which words there are."""

    model_config = ConfigDict(extra="forbid")
    name: str
    kind: Literal["runs", "jobs"]
    filters: dict[str, str | Words] = Field(default_factory=dict)
    columns: Words = Field(default_factory=list)
    group_by: Words = Field(default_factory=list)
    reason: Annotated[str | None, Field(max_length=500, pattern=r"^[^\x00]*$")] = None

    def values(self) -> dict[str, Any]:
        """What `domain.report.query.query` takes."""
        return self.model_dump(exclude={"reason"})


class Planning(BaseModel):
    """When a report is mailed to whom, as in the fixed times of a service."""

    model_config = ConfigDict(extra="forbid")
    times: Words
    zone: str | None = None
    weekdays: Words = Field(default_factory=list)
    days: Annotated[list[int | str], Field(max_length=50)] = Field(default_factory=list)
    recipients: Words
    format: Literal["csv", "html"] = "csv"


@router.get("/reports")
def list_reports(site: Here, who: Viewer) -> dict[str, Any]:
    """All reports by name, with their schedules."""
    return {"reports": shown.listing(site, database.read())}


@router.get("/reports/kinds")
def list_kinds(who: Viewer) -> dict[str, Any]:
    """What reports can be over: columns, filters and groups."""
    return {"kinds": shown.kinds()}


@router.post("/reports", status_code=201)
def add_report(body: Definition, site: Here, who: Operator) -> dict[str, Any]:
    """Keep a report; the report."""
    return _report(site, _acts(site, who, body.reason).add(**body.values()))


@router.post("/reports/preview")
def preview_definition(body: Definition, site: Here, who: Viewer, rows: Rows = 50) -> dict[str, Any]:
    """What such a report would say now; nothing is kept."""
    return shown.preview(site, database.read(), checked(**body.values()), rows)


@router.get("/reports/{report_id}")
def one_report(report_id: Id, site: Here, who: Viewer) -> dict[str, Any]:
    """One report, with the last deliveries of its schedules."""
    return _report(site, report_id)


@router.get("/reports/{report_id}/rows")
def preview_report(report_id: Id, site: Here, who: Viewer, rows: Rows = 50) -> dict[str, Any]:
    """What the report would say now."""
    row = queries.one(database.read(), report_id)
    if row is None:
        raise _unknown(report_id)
    kept = _report(site, report_id)
    asked = checked(**{key: kept[key] for key in ("name", "kind", "filters", "columns", "group_by")})
    return shown.preview(site, database.read(), asked, rows)


@router.post("/reports/{report_id}")
def change_report(
    report_id: Id,
    body: Definition,
    site: Here,
    who: Operator,
    revision: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Of what you have seen.")] = None,
) -> dict[str, Any]:
    """Write a report anew; its kind stays. The report."""
    _acts(site, who, body.reason).change(report_id, revision, **body.values())
    return _report(site, report_id)


@router.delete("/reports/{report_id}", status_code=204)
def archive_report(report_id: Id, site: Here, who: Operator) -> None:
    """Put a report away."""
    _acts(site, who).archive(report_id)


@router.post("/reports/{report_id}/schedules", status_code=201)
def add_schedule(report_id: Id, body: Planning, site: Here, who: Operator) -> dict[str, Any]:
    """Have a report mailed at these times; the report, with its new schedule."""
    values = body.model_dump(exclude={"recipients", "format"})
    _acts(site, who).schedule(report_id, to=body.recipients, form=body.format, **values)
    return _report(site, report_id)


@router.post("/reports/schedules/{schedule_id}/enable", status_code=204)
def enable_schedule(schedule_id: Id, site: Here, who: Operator) -> None:
    """Plan it again, from now on."""
    _acts(site, who).enable(schedule_id)


@router.post("/reports/schedules/{schedule_id}/disable", status_code=204)
def disable_schedule(schedule_id: Id, site: Here, who: Operator) -> None:
    """Plan it no more."""
    _acts(site, who).disable(schedule_id)


@router.delete("/reports/schedules/{schedule_id}", status_code=204)
def remove_schedule(schedule_id: Id, site: Here, who: Operator) -> None:
    """Take a schedule away."""
    _acts(site, who).remove(schedule_id)


@router.post("/reports/schedules/{schedule_id}/send", status_code=202)
def send_now(
    schedule_id: Id,
    site: Here,
    who: Operator,
    idempotency_key: Annotated[str | None, Header(max_length=LONGEST_KEY)] = None,
) -> dict[str, Any]:
    """Mail the report now, beside its planned times; with the same Idempotency-Key never twice."""
    sent = _acts(site, who).send(schedule_id, idempotency_key)
    return {"delivery": sent.delivery, "mail": sent.mail, "rows": sent.rows, "new": sent.new}


def _acts(site: Here, who: Who, reason: str | None = None) -> Reports:
    return Reports(site, by=who.name, admin=who.may("admin"), reason=reason)


def _report(site: Here, report_id: int) -> dict[str, Any]:
    row = shown.one(site, database.read(), report_id)
    if row is None:
        raise _unknown(report_id)
    return row


def _unknown(report_id: int) -> Refusal:
    return Refusal("unknown_report", f"there is no report {report_id}: GET /api/v1/reports lists them")
