"""Every route of the application, as one list: the pages, then the API."""

from __future__ import annotations

from fastapi import APIRouter

from web import health, metrics
from web.api import alerts as alerts_api
from web.api import audit as audit_api
from web.api import call_files as call_files_api
from web.api import calls as calls_api
from web.api import campaigns as campaigns_api
from web.api import checks as checks_api
from web.api import directory as directory_api
from web.api import effects as effects_api
from web.api import events as events_api
from web.api import forecast as forecast_api
from web.api import groups as groups_api
from web.api import hooks as hooks_api
from web.api import jobs as jobs_api
from web.api import mail_log as mail_log_api
from web.api import names as names_api
from web.api import nodes as nodes_api
from web.api import objects as objects_api
from web.api import queue as queue_api
from web.api import reports as reports_api
from web.api import reratings as reratings_api
from web.api import runs as runs_api
from web.api import sample as sample_api
from web.api import secrets as secrets_api
from web.api import servers as servers_api
from web.api import services as services_api
from web.api import site as site_api
from web.api import switches as switches_api
from web.api import tickets as tickets_api
from web.api import usage_reports as usage_reports_api
from web.api import voice as voice_api
from web.api import workflows as workflows_api
from web.live import stream
from web.live.hub import View
from web.pages import (
    about,
    alerts,
    audit,
    call_days,
    call_files,
    call_summary,
    calls,
    campaigns,
    checks,
    coverage,
    directory,
    editor,
    event_rules,
    events,
    first_start,
    groups,
    held,
    hooks,
    job,
    job_acts,
    job_order,
    job_settings,
    jobs,
    log_stream,
    mail_log,
    names,
    node_acts,
    nodes,
    object_acts,
    objects,
    oidc,
    profile,
    reports,
    reratings,
    run,
    run_service,
    runs,
    servers,
    service,
    service_acts,
    service_nodes,
    services,
    settings,
    sign_in,
    site_acts,
    ticket_new,
    tickets,
    unsubscribe,
    usage_reports,
    user_acts,
    voice,
    workflows,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    metrics.router,
    sign_in.router,
    profile.router,
    services.router,
    service_acts.router,
    run_service.router,
    usage_reports.router,
    reports.router,
    hooks.router,
    unsubscribe.router,
    campaigns_api.router,
    campaigns.router,
    mail_log_api.router,
    mail_log.router,
    workflows_api.router,
    workflows.router,
    alerts.router,
    stream.router,
    switches_api.router,
    forecast_api.router,
    services_api.router,
    runs_api.router,
    usage_reports_api.router,
    reports_api.router,
    hooks_api.router,
    objects_api.router,
    object_acts.router,
    objects.router,
    job_settings.router,
    job_order.router,
    job_acts.router,
    jobs.router,
    job.router,
    jobs_api.router,
    groups_api.router,
    directory_api.router,
    directory.router,
    tickets_api.router,
    ticket_new.router,
    tickets.router,
    names_api.router,
    names.router,
    voice_api.router,
    voice.router,
    reratings_api.router,
    reratings.router,
    calls_api.router,
    call_files_api.router,
    call_files.router,
    call_days.router,
    call_summary.router,
    calls.router,
    checks_api.router,
    servers_api.router,
    checks.router,
    servers.router,
    nodes_api.router,
    effects_api.router,
    held.router,
    event_rules.router,
    events.router,
    secrets_api.router,
    alerts_api.router,
    groups.router,
    nodes.router,
    node_acts.router,
    about.router,
    coverage.router,
    audit.router,
    settings.router,
    user_acts.router,
    site_acts.router,
    first_start.router,
    audit_api.router,
    events_api.router,
    oidc.router,
    queue_api.router,
    site_api.router,
    sample_api.router,
    editor.router,
    service_nodes.router,
    service.router,
    runs.router,
    run.router,
    log_stream.router,
)

#: The live parts of pages, by the name in ``/live/{view}``.
VIEWS: dict[str, View] = {
    "services": services.view,
    "alerts": alerts.view,
    "checks": checks.view,
    "servers": servers.view,
    "jobs": jobs.view,
    "job": job.view,
    "events": events.view,
    "groups": groups.view,
    "nodes": nodes.view,
    "service": service.view,
    "runs": runs.view,
    "run": run.view,
}
