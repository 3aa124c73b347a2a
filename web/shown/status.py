"""Whether a service works, and if not, why: one word for programs and one sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from actors.service import Service
from node.site import Site


def status_of(
    site: Site,
    each: Service,
    values: Mapping[str, Any],
    row: Mapping[str, Any] | None,
    switched: Mapping[str, Any] | None,
    now: float,
) -> tuple[str, str | None]:
    """(``enabled``, ``disabled``, ``not_configured``, ``off``, ``planned`` or ``legacy``; why).

    `switched` is the last entry of the audit trail on enabling or disabling it.
    """
    if each.legacy:
        heirs = f"; replaced by {', '.join(each.replaced_by)}" if each.replaced_by else ""
        return "legacy", f"listed by its source, no longer used{heirs}"
    if each.name not in site.catalogue:
        return "off", f"profile {each.profile} is off: tickworks site profile on {each.profile}"
    if each.planned:
        return "planned", "its work is not built yet"
    if not values["enabled"]:
        return "disabled", _why_disabled(each, switched)
    if row is not None and row["missing"]:
        return "not_configured", row["missing"]
    return "enabled", _why_paused(site, row, now)


def _why_disabled(each: Service, switched: Mapping[str, Any] | None) -> str:
    if switched is not None and switched["action"] == "disable":
        return f"disabled by {switched['actor']}" + (f": {switched['reason']}" if switched["reason"] else "")
    return "disabled unless a site enables it" if not each.enabled else "disabled in the configuration file"


def _why_paused(site: Site, row: Mapping[str, Any] | None, now: float) -> str | None:
    if row is None or row["paused_at"] is None:
        return None
    until = row["paused_until"]
    if until is not None and until <= now:
        return None
    end = "" if until is None else f" until {datetime.fromtimestamp(until, site.zone):%Y-%m-%d %H:%M}"
    return f"paused by {row['paused_by']}{end}" + (f": {row['pause_reason']}" if row["pause_reason"] else "")
