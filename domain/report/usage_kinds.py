"""What a usage report can be about: a family adds its kinds to `KINDS`, each with the reader of its rows."""

from __future__ import annotations

from dataclasses import dataclass

from config.problems import closest, did_you_mean


@dataclass(frozen=True)
class UsageKind:
    """One kind of usage report.

    `rows` is ``module:function``, called as ``f(asked)`` with a `store.report.usage.Asked`; it gives the
    rows, each with a cell for each of `headings`. `by_organisation`: it can be about one organisation and
    those below it; else it is always about the whole site.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: str
    by_organisation: bool = True


KINDS: dict[str, UsageKind] = {
    kind.name: kind
    for kind in (
        UsageKind(
            "usage",
            "What each organisation has and what was done for it",
            (
                *("organisation", "kind", "contacts", "servers", "checks", "zones", "domains"),
                *("jobs_done", "jobs_failed"),
            ),
            "store.report.organisation_rows:usage",
        ),
        UsageKind(
            "runs",
            "Runs of the site's services",
            ("service", "runs", "failures", "avg_duration", "p95_duration"),
            "store.report.grouped_rows:runs",
            by_organisation=False,
        ),
        UsageKind(
            "jobs",
            "Jobs of the work queue",
            ("organisation", "kind", "jobs", "failures", "avg_duration", "p95_duration"),
            "store.report.grouped_rows:jobs",
        ),
        UsageKind(
            "servers",
            "Load of servers, by day (by hour where the report is over two days or less)",
            ("server", "organisation", "metric", "object", "from", "low", "mean", "high"),
            "store.report.server_rows:samples",
        ),
        UsageKind(
            "availability",
            "How much of the time each check was good",
            ("server", "organisation", "check", "available_percent", "results", "failed", "last"),
            "store.report.server_rows:availability",
        ),
        UsageKind(
            "alerts",
            "Alerts that were open",
            ("rule", "object", "severity", "text", "opened_at", "resolved_at", "seconds"),
            "store.report.grouped_rows:alerts",
            by_organisation=False,
        ),
        UsageKind(
            "domains",
            "Domains, those first that expire first",
            ("domain", "organisation", "registrar", "expires_at", "days_left", "auto_renew", "verified_at"),
            "store.report.organisation_rows:domains",
        ),
    )
}


def problem(name: str, organisation: str | None) -> str | None:
    """Why there is no such report, or None."""
    kind = KINDS.get(name)
    if kind is None:
        known = f"expected one of {', '.join(KINDS)}"
        return f"there is no report {name!r}{did_you_mean(closest(name, KINDS), known)}"
    if organisation is not None and not kind.by_organisation:
        return f"report {name} is about the whole site: leave the organisation empty"
    return None
