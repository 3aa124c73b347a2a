"""Is the catalogue complete, equal to its sources, and written as its authors promise?"""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import actors
from actors.catalogue import MODULES, PROFILES, CatalogueError, load, names
from actors.service import Service

ROOT = Path(actors.__file__).parent
ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("catalogue.json").read_text())["services"]
PATHS = sorted(path for modules in MODULES.values() for path in modules)
LINES = 80
MORE_LINES = {"billing.provisioning": 150}  # 46 task lines

# Services whose work is done; the others are planned or legacy.
BUILT = {
    "calculator",
    "rerating",
    "auto_add_users_in_security_group",
    "group_action_ad",
    "rds_sync",
    "sync_ad_users",
    "sync_locked_users",
    "user_password_expiry_notification",
    "sync_missing_data",
    "sync_staff_users",
    "domain_name_data_sync",
    "domain_verification",
    "synch_dns_records",
    "backup_manager",
    "cleaner",
    "monitoring",
    "exchange_cpu_memory_stats",
    "exchange_service_stats",
    "exchange_volume_stats",
    "server_stats",
    "sync_health_metrics",
    "events_manager",
    "log_rotator",
    "provisioning_manager",
    "send_email_campaign",
    "helpdesk",
    "helpdesk_command",
    "usage_report_schedule",
    "workflows",
    "mail_manager",
    "reports_to_email",
    "sessions_mgt",
    "send_email_notifications",
    "files_collector",
    "files_downloader",
    "statistics_manager",
    "statistics_manager_meta_info",
    "summary",
}

# What the sources say about their own certainty; a header has no place for it.
NOT_IN_A_HEADER = {"schedule_source", "replaced_by_stated"}


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    return dict(load().services)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
@pytest.mark.covers("*", 0)
def test_a_header_says_what_the_sources_say(row: dict[str, Any], services: dict[str, Service]) -> None:
    service = services[row["name"]]
    expected = {key: value for key, value in row.items() if key not in NOT_IN_A_HEADER}
    assert {key: _as_row(service)[key] for key in expected} == expected


def _as_row(service: Service) -> dict[str, Any]:
    schedule = service.schedule
    return {
        **{key: getattr(service, key) for key in ("name", "title", "origin", "profile", "family", "legacy")},
        **{key: list(getattr(service, key)) for key in ("aliases", "replaced_by", "roles", "run_groups")},
        "kind": service.kind,
        "period": getattr(schedule, "minutes", None),
        "align": getattr(schedule, "align", None),
        "times": list(getattr(schedule, "times", ())),
        "instances": service.instances,
        "enabled": service.enabled,
        "task_lines": len(service.tasks),
        "sub_lines": sum(len(task.subtasks) for task in service.tasks),
    }


def test_what_the_sources_leave_out_is_empty_here(services: dict[str, Service]) -> None:
    silent = {"aliases": (), "replaced_by": ()}
    for row in ROWS:
        for key, empty in silent.items():
            if key not in row:
                assert getattr(services[row["name"]], key) == empty, row["name"]


def test_what_is_not_built_yet_is_planned(services: dict[str, Service]) -> None:
    built = {service.name for service in services.values() if not service.planned and not service.legacy}
    assert built == BUILT


def test_only_services_that_a_site_must_choose_are_off_by_default(services: dict[str, Service]) -> None:
    chosen = {row["name"] for row in ROWS if row.get("enabled") is False}
    chosen |= {service.name for service in services.values() if service.proof in ("stand_in", "recorded")}
    built = {service for service in services.values() if not service.planned and not service.legacy}
    assert {service.name for service in built if not service.enabled} <= chosen


@pytest.mark.covers("page", "Name")
def test_there_are_103_services(services: dict[str, Service]) -> None:
    assert services.keys() == {row["name"] for row in ROWS}
    assert Counter(service.origin for service in services.values()) == {"machpanel": 69, "jerasoft": 34}
    assert sum(service.legacy for service in services.values()) == 8


def test_the_threads_have_155_task_lines(services: dict[str, Service]) -> None:
    tasks = [task for each in services.values() if each.origin == "machpanel" for task in each.tasks]
    assert len(tasks) == 155
    assert sum(len(task.subtasks) for task in tasks) == 2


def test_the_list_names_every_file() -> None:
    families = {path.partition(".")[0] for path in PATHS}
    files = [path for path in ROOT.glob("*/*.py") if path.parent.name in families]
    files = [path for path in files if path.name != "__init__.py"]
    assert sorted(f"{path.parent.name}.{path.stem}" for path in files) == PATHS


def test_the_list_is_in_alphabetical_order() -> None:
    assert [list(modules) for modules in MODULES.values()] == [sorted(paths) for paths in MODULES.values()]


def test_a_module_stands_under_its_own_family_profile_and_name(services: dict[str, Service]) -> None:
    listed = {(profile, path) for profile, paths in MODULES.items() for path in paths}
    assert listed == {(each.profile, f"{each.family}.{each.name}") for each in services.values()}


def test_services_come_by_family_then_title(services: dict[str, Service]) -> None:
    order = [(each.family, each.title.casefold()) for each in services.values()]
    assert order == sorted(order)


def test_no_header_has_a_problem(services: dict[str, Service]) -> None:
    assert {name: each.problems() for name, each in services.items() if each.problems()} == {}


def test_nobody_else_has_a_services_name_title_or_alias(services: dict[str, Service]) -> None:
    words = Counter(
        word
        for each in services.values()
        for word in {word.casefold() for word in (each.name, each.title, *each.aliases)}
    )
    assert [word for word, count in words.items() if count > 1] == []


def test_each_file_begins_with_a_sentence_of_its_own() -> None:
    first_lines = {}
    for path in PATHS:
        docstring = ast.get_docstring(ast.parse(_source(path))) or ""
        first, _, rest = docstring.partition("\n")
        assert first[:1].isupper(), path
        assert first.endswith("."), path
        assert rest == "" or rest.startswith("\n"), f"{path}: the first line must stand alone"
        first_lines[path] = first
    assert len(set(first_lines.values())) == len(PATHS)


def test_the_sentence_is_the_services_summary(services: dict[str, Service]) -> None:
    for path in PATHS:
        docstring = ast.get_docstring(ast.parse(_source(path))) or ""
        assert services[path.split(".")[-1]].summary == docstring.split("\n")[0]


@pytest.mark.parametrize("path", PATHS)
def test_a_file_reads_in_one_screen(path: str) -> None:
    assert len(_source(path).splitlines()) <= MORE_LINES.get(path, LINES)


def test_task_titles_are_short_and_differ_within_a_service(services: dict[str, Service]) -> None:
    for each in services.values():
        titles = [task.title for task in each.tasks] + [sub for task in each.tasks for sub in task.subtasks]
        assert [title for title in titles if len(title) > 70 or title.endswith(".")] == []
        assert len(set(titles)) == len(titles), each.name


def test_every_live_service_says_what_it_does(services: dict[str, Service]) -> None:
    assert [each.name for each in services.values() if not each.tasks and not each.legacy] == []


def test_a_legacy_service_is_replaced_by_live_ones(services: dict[str, Service]) -> None:
    live = {each.title for each in services.values() if not each.legacy}
    for each in services.values():
        assert set(each.replaced_by) <= live
        assert bool(each.replaced_by) == each.legacy


def test_core_is_loaded_whatever_a_site_asks_for() -> None:
    assert set(load(["monitoring"]).profiles_of()) == {"core", "monitoring"}


def test_a_service_of_a_profile_that_is_off_is_named_with_its_profile() -> None:
    catalogue = load([])
    assert "calculator" not in catalogue
    assert catalogue.off["calculator"] == "voice"
    assert len(catalogue) + len(catalogue.off) == 103


def test_the_names_of_a_profile_are_those_of_its_services(services: dict[str, Service]) -> None:
    for profile in PROFILES:
        assert set(names(profile)) == {each.name for each in services.values() if each.profile == profile}


def test_profiles_that_do_not_exist_are_all_reported() -> None:
    with pytest.raises(CatalogueError) as caught:
        load(["voise", "zzz"])
    assert str(caught.value).splitlines() == [
        "there is no profile 'voise': did you mean voice?",
        "there is no profile 'zzz': choose from core, hosting, helpdesk, monitoring, billing, voice, retired",
    ]


def _source(path: str) -> str:
    return (ROOT / path.replace(".", "/")).with_suffix(".py").read_text()
