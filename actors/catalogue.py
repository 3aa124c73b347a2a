"""The catalogue: every service we ship, listed by profile, and those a site adds.

The list is written out so that a service is found by reading, and so that a profile which is off
costs nothing: its modules are never imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module

from actors.lookup import Catalogue, UnknownService
from actors.service import Service
from actors.user_modules import first_line, user_services, why_not_imported

__all__ = ["MODULES", "PROFILES", "Catalogue", "CatalogueError", "UnknownService", "load", "names", "whole"]

MODULES: Mapping[str, tuple[str, ...]] = {
    "core": (
        "system.backup_manager",
        "system.cleaner",
        "system.events_manager",
        "system.log_rotator",
        "system.mail_manager",
        "system.provisioning_manager",
        "system.reports_to_email",
        "system.send_email_notifications",
        "system.sessions_mgt",
        "system.sync_health_metrics",
    ),
    "hosting": (
        "cloud.azure_rate",
        "cloud.ingram_cancel_notices",
        "cloud.o365_sync_admin_logs",
        "cloud.office365",
        "cloud.office365_sync",
        "cloud.office365_tenant_first_sync",
        "cloud.reconciliate_o365_subs",
        "cloud.sync_csp_offers",
        "compute.group_action_vps",
        "compute.hyperv_home_backend",
        "compute.vps_cpu_memory_stats",
        "compute.vps_event_logs_stats",
        "compute.vps_hypervisor_stats",
        "compute.vps_inventory_stats",
        "compute.vps_services_stats",
        "compute.vps_storage_stats",
        "directory.ad_sync",
        "directory.auto_add_users_in_security_group",
        "directory.group_action_ad",
        "directory.rds_sync",
        "directory.sync_ad_users",
        "directory.sync_locked_users",
        "directory.sync_missing_data",
        "directory.sync_staff_users",
        "directory.user_password_expiry_notification",
        "dns.domain_name_data_sync",
        "dns.domain_verification",
        "dns.synch_dns_records",
        "hosted_voice.call_data_process",
        "hosted_voice.group_action_sip",
        "hosted_voice.overusage_resource_notification",
        "hosted_voice.voice_current_limit_sync",
        "hosted_voice.voice_sync",
        "hosting.bandwidth_quota",
        "hosting.disk_quota",
        "hosting.group_action_sharepoint",
        "hosting.peer_file_sync",
        "hosting.sync_from_backend",
        "hosting.transfer",
        "mail.exchange_database_stats",
        "mail.exchange_mailbox_mobile_devices_report",
        "mail.group_action_exchange",
        "mail.group_action_mailbox_permissions",
        "mail.mail_flow_report",
        "mail.mailbox_migration",
        "mail.usage_report",
    ),
    "helpdesk": (
        "helpdesk.helpdesk",
        "helpdesk.helpdesk_command",
        "helpdesk.send_email_campaign",
        "helpdesk.usage_report_schedule",
        "helpdesk.workflows",
    ),
    "monitoring": (
        "monitoring.exchange_cpu_memory_stats",
        "monitoring.exchange_service_stats",
        "monitoring.exchange_volume_stats",
        "monitoring.monitoring",
        "monitoring.server_stats",
    ),
    "billing": (
        "billing.billing",
        "billing.group_action",
        "billing.group_action_general",
        "billing.license",
        "billing.provisioning",
        "billing.quota_over_used",
    ),
    "voice": (
        "rating.calculator",
        "rating.email_rates_manager",
        "rating.factors_watcher",
        "rating.files_collector",
        "rating.files_downloader",
        "rating.import_manager",
        "rating.jurisdiction_manager",
        "rating.orig_term_report_generator",
        "rating.rates_generator",
        "rating.rates_notificator",
        "rating.rerating",
        "rating.statistics_manager",
        "rating.statistics_manager_meta_info",
        "rating.summary",
        "retail.balances_manager",
        "retail.calling_cards_manager",
        "retail.invoicing_manager",
        "retail.notificator",
        "retail.packages_manager",
        "retail.swap_deals_manager",
        "voice.aaa_manager",
        "voice.cache_manager",
        "voice.dynamic_routing_manager",
        "voice.quotas_updater",
        "voice.radius_server",
        "voice.sip_redirect_server",
        "voice.traffic_rules_manager",
    ),
    "retired": (
        "hosted_voice.group_action_lync",
        "hosting.group_action_crm",
        "hosting.workfolder_sync",
        "mail.bb_sync",
    ),
}

PROFILES = tuple(MODULES)


class CatalogueError(Exception):
    """The services cannot be listed; the text has one line for each thing to put right."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@lru_cache(maxsize=4)
def whole(modules: tuple[str, ...] = ()) -> Catalogue:
    """Every service that exists, whatever is switched on; made once. Raises CatalogueError."""
    return load(None, modules)


def load(profiles: Iterable[str] | None = None, modules: Sequence[str] = ()) -> Catalogue:
    """The services of these profiles (None: of all; ``core`` is always among them) and modules.

    Raises CatalogueError listing all problems at once.
    """
    wanted = set(PROFILES if profiles is None else profiles) | {"core"}
    problems = [_no_such_profile(profile) for profile in sorted(wanted - set(PROFILES))]
    on = [profile for profile in PROFILES if profile in wanted]
    found = [*_ours(on, problems), *_users(modules, problems)]
    if problems:
        raise CatalogueError(problems)
    found.sort(key=lambda service: (service.family, service.title.casefold()))
    off = {name: profile for profile in PROFILES if profile not in on for name in names(profile)}
    return Catalogue({service.name: service for service in found}, off)


def names(profile: str) -> tuple[str, ...]:
    """The names of a profile's services, known without importing them."""
    return tuple(path.rsplit(".", 1)[-1] for path in MODULES[profile])


def _ours(profiles: Iterable[str], problems: list[str]) -> list[Service]:
    found = []
    for path in [f"actors.{path}" for profile in profiles for path in MODULES[profile]]:
        try:
            module = import_module(path)
        except Exception as error:
            problems.append(f"{path}: {why_not_imported(error)}")
        else:
            found += [
                replace(value, description=first_line(module))
                for value in vars(module).values()
                if isinstance(value, Service)
            ]
    return found


def _users(modules: Sequence[str], problems: list[str]) -> list[Service]:
    found, wrong = user_services(modules)
    problems += wrong
    # Names of profiles that are off are taken too: switching one on must not break a site.
    taken = {name: f"Tickworks (profile {profile})" for profile in PROFILES for name in names(profile)}
    for service in found:
        if service.name in taken:
            problems.append(
                f"{service.origin}: the name {service.name} belongs to {taken[service.name]}; choose another"
            )
        if service.profile not in PROFILES:
            problems.append(f"{service.origin}: {service.name}: {_no_such_profile(service.profile)}")
        taken.setdefault(service.name, service.origin)
    return found


def _no_such_profile(profile: str) -> str:
    near = get_close_matches(profile, PROFILES, n=1)
    advice = f"did you mean {near[0]}?" if near else f"choose from {', '.join(PROFILES)}"
    return f"there is no profile {profile!r}: {advice}"
