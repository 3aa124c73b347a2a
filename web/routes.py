"""Every route of the application, as one list: the pages, then the API."""

from __future__ import annotations

from fastapi import APIRouter

from web import health, metrics
from web.api import alerts as alerts_api
from web.api import audit as audit_api
from web.api import events as events_api
from web.api import forecast as forecast_api
from web.api import groups as groups_api
from web.api import jobs as jobs_api
from web.api import nodes as nodes_api
from web.api import queue as queue_api
from web.api import reports as reports_api
from web.api import runs as runs_api
from web.api import secrets as secrets_api
from web.api import services as services_api
from web.api import site as site_api
from web.api import switches as switches_api
from web.live import stream
from web.live.hub import View
from web.pages import (
    about,
    alerts,
    audit,
    coverage,
    editor,
    event_rules,
    events,
    first_start,
    groups,
    job,
    job_acts,
    job_settings,
    jobs,
    log_stream,
    node_acts,
    nodes,
    oidc,
    profile,
    reports,
    run,
    runs,
    service,
    service_acts,
    service_nodes,
    services,
    settings,
    sign_in,
    site_acts,
    user_acts,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    metrics.router,
    sign_in.router,
    profile.router,
    services.router,
    service_acts.router,
    reports.router,
    alerts.router,
    stream.router,
    switches_api.router,
    forecast_api.router,
    services_api.router,
    runs_api.router,
    reports_api.router,
    job_settings.router,
    job_acts.router,
    jobs.router,
    job.router,
    jobs_api.router,
    groups_api.router,
    nodes_api.router,
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
    "jobs": jobs.view,
    "job": job.view,
    "events": events.view,
    "groups": groups.view,
    "nodes": nodes.view,
    "service": service.view,
    "runs": runs.view,
    "run": run.view,
}
