"""The pages of reports: what is asked, when it is mailed to whom, and what it says now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from domain.report import words
from domain.report.period import CALENDAR
from domain.report.query import ReportProblem
from store import database
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.acts.refusal import Refusal
from web.acts.reports import Reports, checked
from web.here import Here
from web.pages.acting import act
from web.pages.render import render
from web.shown import reports as shown

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Text = Annotated[str, Form(max_length=2000)]
#: What the field of the period offers.
PERIODS = ("24h", "7d", *CALENDAR)
ROWS = 20


@router.get("/reports")
def index(request: Request, site: Here, who: Viewer) -> Response:
    """All reports, with their schedules."""
    rows = shown.listing(site, database.read())
    return render(request, who, "reports.html", reports=rows, kinds=shown.kinds(), periods=PERIODS)


@router.post("/reports")
def add(
    request: Request,
    site: Here,
    who: Operator,
    name: Text = "",
    kind: Text = "",
    period: Text = "",
    filters: Text = "",
    columns: Text = "",
    group_by: Text = "",
) -> Response:
    """Keep a report, and go to it."""
    definition = {"name": name.strip(), "kind": kind, **_parts(columns, group_by)}

    def work() -> int:
        return _acts(site, who).add(filters=_filters(filters, period), **definition)

    try:
        report_id = work()
    except Refusal as refusal:
        return act(request, _refusing(refusal))
    return act(request, lambda: f"{definition['name']} is kept", to=f"/reports/{report_id}")


@router.get("/reports/{report_id}")
def one(request: Request, site: Here, who: Viewer, report_id: Id) -> Response:
    """One report: what it says now, when it is mailed, and what became of its last mails."""
    row = shown.one(site, database.read(), report_id)
    if row is None:
        raise Refusal("unknown_report", f"there is no report {report_id}: look at all reports")
    answer = None
    if row["problem"] is None:
        asked = checked(**{key: row[key] for key in ("name", "kind", "filters", "columns", "group_by")})
        answer = shown.preview(site, database.read(), asked, ROWS)
    mine = row["archived_at"] is None and _may(who, row["owner"])
    return render(request, who, "report.html", report=row, answer=answer, mine=mine)


@router.post("/reports/{report_id}/archive")
def archive(request: Request, site: Here, who: Operator, report_id: Id) -> Response:
    """Put a report away."""
    return _do(request, lambda: _acts(site, who).archive(report_id), "the report is archived", to="/reports")


@router.post("/reports/{report_id}/schedules")
def schedule(
    request: Request,
    site: Here,
    who: Operator,
    report_id: Id,
    times: Text = "",
    weekdays: Text = "",
    days: Text = "",
    zone: Text = "",
    to: Text = "",
    form: Annotated[str, Form(alias="format")] = "csv",
) -> Response:
    """Have it mailed at these times."""
    addresses = words.listed(to.replace("\n", ","))
    rule = {"times": words.listed(times), "weekdays": words.listed(weekdays), "days": words.listed(days)}

    def work() -> None:
        _acts(site, who).schedule(report_id, to=addresses, form=form, zone=zone.strip() or None, **rule)

    return _do(request, work, "the report is scheduled", to=f"/reports/{report_id}")


@router.post("/reports/schedules/{schedule_id}/enable")
def enable(request: Request, site: Here, who: Operator, schedule_id: Id) -> Response:
    """Plan it again."""
    return _do(request, lambda: _acts(site, who).enable(schedule_id), "the schedule is on")


@router.post("/reports/schedules/{schedule_id}/disable")
def disable(request: Request, site: Here, who: Operator, schedule_id: Id) -> Response:
    """Plan it no more."""
    return _do(request, lambda: _acts(site, who).disable(schedule_id), "the schedule is off")


@router.post("/reports/schedules/{schedule_id}/remove")
def remove(request: Request, site: Here, who: Operator, schedule_id: Id) -> Response:
    """Take a schedule away."""
    return _do(request, lambda: _acts(site, who).remove(schedule_id), "the schedule is removed")


@router.post("/reports/schedules/{schedule_id}/send")
def send(
    request: Request,
    site: Here,
    who: Operator,
    schedule_id: Id,
    seen: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Mail it now; once, however often it is pressed while the page says the same."""

    def work() -> str:
        sent = _acts(site, who).send(schedule_id, f"page {seen}" if seen else None)
        said = f"mail {sent.mail} with {sent.rows} {'row' if sent.rows == 1 else 'rows'} is in the outbox"
        return said if sent.new else f"{said} already"

    return act(request, work)


def _do(request: Request, work: Callable[[], object], said: str, to: str | None = None) -> Response:
    def told() -> str:
        work()
        return said

    return act(request, told, to=to)


def _acts(site: Here, who: Who) -> Reports:
    return Reports(site, by=who.name, admin=who.may("admin"))


def _may(who: Who, owner: str) -> bool:
    return who.may("admin") or (who.may("operator") and owner.lower() == who.name.lower())


def _parts(columns: str, group_by: str) -> dict[str, Any]:
    return {"columns": words.listed(columns), "group_by": words.listed(group_by)}


def _filters(text: str, period: str) -> dict[str, Any]:
    try:
        return words.filters([line for line in text.splitlines() if line.strip()], period)
    except ReportProblem as problem:
        raise Refusal("bad_value", str(problem)) from None


def _refusing(refusal: Refusal) -> Callable[[], str]:
    def work() -> str:
        raise refusal

    return work
