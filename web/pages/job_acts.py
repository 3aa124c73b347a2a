"""What the buttons of the work queue do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from domain.time.spoken import count
from node.site import Site
from store import database
from web.access.guard import Operator
from web.acts import job_settings
from web.acts.jobs import Jobs
from web.acts.refusal import Refusal
from web.api.jobs import JobId
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.job_rows import VERBS, printable
from web.shown import jobs as shown

router = APIRouter(include_in_schema=False)

Reason = Annotated[str, Form(max_length=1_000)]
Ids = Annotated[list[Annotated[int, Query(ge=1, le=2**63 - 1)]], Form(max_length=1_000)]


@router.get("/jobs/retry")
def ask_retry(request: Request, who: Operator, site: Here, kind: str = "") -> Response:
    """How many failed of each kind, and the question whether to try them again."""
    rows = [row for row in shown.kinds(site, database.read()) if row["jobs"]["failed"]]
    chosen = [row for row in rows if kind in ("", row["name"])]
    return dialog(request, who, "_jobs_retry.html", "Try failed jobs again", rows=chosen, kind=kind)


@router.post("/jobs/retry")
def retry(request: Request, who: Operator, site: Here, kind: Annotated[str, Form()] = "") -> Response:
    """Give all that failed (of a kind) their tries again."""

    def work() -> str:
        met = Jobs(site, by=who.name).retry_failed(printable(kind) or None)
        return f"{count(len(met), 'job')} will be tried again" if met else "No job has failed: nothing to do"

    return act(request, work, to="/jobs")


@router.post("/jobs/automatic")
def automatic(request: Request, who: Operator, site: Here, on: Annotated[str, Form()]) -> Response:
    """Process jobs by themselves, or only those that are run by hand."""

    def work() -> str:
        changed = job_settings.save(site, {"automatic": on == "yes"}, {}, by=who.name)
        if not changed:
            return "It was so already"
        if on == "yes":
            return "Jobs are processed automatically again"
        return "Jobs are not processed automatically now: only those that you run"

    return act(request, work, to="/jobs")


@router.post("/jobs/bulk")
def bulk(
    request: Request,
    who: Operator,
    site: Here,
    do: Annotated[str, Form()],
    names: Ids = [],  # noqa: B006 - FastAPI copies it
    confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Ask first, with the list; then do it to all of them or to none."""
    if do not in VERBS or not names:
        return act(request, _nothing)
    if not confirmed:
        tx = database.read()
        rows = [row for row in (shown.one(site, tx, job_id) for job_id in names) if row is not None]
        return dialog(request, who, "_jobs_confirm.html", VERBS[do].label, do=do, verb=VERBS[do], rows=rows)
    return act(request, lambda: _do(site, do, names, who.name, None, "paused"), to="/jobs")


@router.post("/jobs/{job_id}/{do}")
def one(
    request: Request,
    who: Operator,
    site: Here,
    job_id: JobId,
    do: str,
    reason: Reason = "",
    why: Annotated[str, Form()] = "paused",
) -> Response:
    """Do it to one job; `why` is what holds it back."""
    if do not in VERBS:
        return act(request, _unknown)
    return act(request, lambda: _do(site, do, [job_id], who.name, _line(reason), why))


def _do(site: Site, do: str, job_ids: list[int], by: str, reason: str | None, why: str) -> str:
    jobs = Jobs(site, by=by, reason=reason)
    acts: dict[str, Callable[[], Any]] = {
        "run": lambda: jobs.run(job_ids),
        "hold": lambda: jobs.hold(job_ids, why),
        "release": lambda: jobs.release(job_ids),
        "control": lambda: jobs.control(job_ids),
        "reactivate": lambda: jobs.reactivate(job_ids),
        "cancel": lambda: jobs.cancel(job_ids),
    }
    done = acts[do]()
    named = f"Job {job_ids[0]}" if len(job_ids) == 1 else count(len(job_ids), "job")
    said = f"{named}: {VERBS[do].done}"
    if do == "run" and done.run_ids:
        said += f" by run {', '.join(map(str, done.run_ids))}"
    return "; ".join([said, *(f"no run was started: {each}" for each in done.later)]) if do == "run" else said


def _line(reason: str) -> str | None:
    return " ".join(printable(line) for line in reason.splitlines()) or None


def _nothing() -> str:
    raise Refusal("bad_value", "nothing is selected: tick the jobs first")


def _unknown() -> str:
    raise Refusal("bad_value", f"expected one of {', '.join(VERBS)}")
