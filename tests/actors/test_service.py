"""Does the decorator make the header its author means, and refuse the ones that cannot be meant?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from actors import Context, Daemon, FixedTime, OnDemand, Outcome, Periodic, Task, legacy, planned, service
from actors.service import Service, call, renamed


def nightly_report(context: Context) -> None:
    """Mails the report.

    More of it.
    """


def test_a_function_is_all_that_is_needed() -> None:
    declared = service()(nightly_report)

    assert declared == Service(
        name="nightly_report",
        title="Nightly report",
        family="own",
        profile="core",
        origin=__name__,
        schedule=OnDemand(),
        roles=("master",),
        instances="one",
        parallel=1,
        priority=5,
        time_limit=timedelta(minutes=10),
        work=nightly_report,
    )


def test_in_the_catalogue_the_name_is_the_modules() -> None:
    def run(context: Context) -> None: ...

    run.__module__ = "actors.system.log_rotator"

    declared = service()(run)

    assert (declared.name, declared.origin) == ("log_rotator", "tickworks")


def test_given_values_win_over_the_defaults() -> None:
    declared = service(
        name="other",
        title="Other",
        roles=["a", "b"],
        run_groups=["stats"],
        schedule=Periodic(minutes=5, align=2),
        instances="each",
    )(nightly_report)

    assert (declared.name, declared.title, declared.kind) == ("other", "Other", "periodic")
    assert (declared.roles, declared.run_groups, declared.instances) == (("a", "b"), ("stats",), "each")


def test_the_summary_is_the_first_line_of_the_docstring() -> None:
    assert service()(nightly_report).summary == "Mails the report."
    assert service(description="Short.")(nightly_report).summary == "Short."
    assert Service(name="a", title="A").summary == ""


@pytest.mark.parametrize(
    ("schedule", "kind"),
    [
        (Daemon(), "daemon"),
        (OnDemand(), "on_demand"),
        (Periodic(minutes=7), "periodic"),
        (FixedTime(("05:30", "17:30")), "fixed_time"),
    ],
)
def test_the_schedule_gives_the_kind(schedule: Any, kind: str) -> None:
    assert service(schedule=schedule)(nightly_report).kind == kind


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"name": "Nightly Report"}, "name: expected 1 to 64 of a-z, 0-9 and _, got 'Nightly Report'"),
        ({"name": "n" * 65}, "name: expected 1 to 64 of a-z, 0-9 and _"),
        ({"title": 5}, "title: expected text, got 5"),
        ({"schedule": "5 min"}, "schedule: expected Daemon(), Periodic(...), FixedTime(...) or OnDemand()"),
        ({"schedule": Periodic}, "schedule: expected Daemon(), Periodic(...)"),
        ({"schedule": Periodic(minutes=61)}, "schedule: "),
        ({"schedule": Periodic(minutes=5, align=5)}, "schedule: "),
        ({"schedule": FixedTime(("25:00",))}, "schedule: "),
        ({"priority": 11}, "priority: expected 0 (first) to 10, got 11"),
        ({"priority": -1}, "priority: expected 0 (first) to 10, got -1"),
        ({"priority": "high"}, "priority: expected a number, got 'high'"),
        ({"parallel": 0}, "parallel: expected at least 1, got 0"),
        ({"parallel": 2, "run_groups": ("stats",)}, "parallel: 2 at once is impossible with run groups"),
        ({"instances": "all"}, "instances: expected one or each, got 'all'"),
        ({"roles": ()}, "roles: expected at least one role"),
        ({"roles": "master"}, "roles: expected a list or tuple, got 'master'"),
        ({"roles": ("Master",)}, "roles: 'Master' is not a name"),
        ({"run_groups": "stats"}, "run_groups: expected a list or tuple, got 'stats'"),
        ({"run_groups": ("a b",)}, "run_groups: 'a b' is not a name"),
        ({"aliases": "Other"}, "aliases: expected a list or tuple, got 'Other'"),
        ({"tasks": Task("One")}, "tasks: expected a list or tuple"),
        ({"misfire": "never"}, "misfire: expected once, skip or all, got 'never'"),
        ({"misfire_window": timedelta(0)}, "misfire_window: expected more than 0 s"),
        ({"overlap": "kill"}, "overlap: expected queue_one, skip or queue_all, got 'kill'"),
        ({"time_limit": timedelta(0)}, "time_limit: expected more than 0 s"),
        ({"time_limit": 600}, "time_limit: expected a timedelta, got 600"),
        ({"retries": -1}, "retries: expected 0 or more, got -1"),
        ({"options": dict}, "options: expected a frozen dataclass"),
        ({"arguments": dict}, "arguments: expected a frozen dataclass"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_value_is_named(header: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        service(**header)(nightly_report)
    text = str(caught.value)
    assert message in text
    assert "\n" not in text


@pytest.mark.parametrize("header", [{"priority": 0}, {"priority": 10}, {"parallel": 8}, {"name": "n" * 64}])
def test_the_last_value_allowed_is_allowed(header: dict[str, Any]) -> None:
    assert service(**header)(nightly_report).problems() == []


def test_all_wrong_values_are_reported_at_once() -> None:
    with pytest.raises(ValueError, match=r"service nightly_report: .*priority: .*; misfire: "):
        service(priority=11, misfire="never")(nightly_report)


def test_a_misspelt_value_is_refused_with_the_one_meant() -> None:
    with pytest.raises(
        ValueError, match="run_group: no such value in a service's header; did you mean run_groups"
    ):
        service(run_group=("stats",))


def test_the_function_gets_its_options_only_if_it_declares_some() -> None:
    @dataclass(frozen=True)
    class Options:
        days: int = 3

    def with_options(context: Context, options: Options) -> Outcome:
        return Outcome.done(days=options.days)

    declared = service(options=Options)(with_options)
    assert call(declared, _no_context(), Options(days=5)) == Outcome.done(days=5)
    assert call(service()(nightly_report), _no_context(), None) is None


@pytest.mark.parametrize(
    "declare",
    [lambda: planned(name="a", title="A"), lambda: planned(name="a", title="A", enabled=False)],
    ids=["as ever", "off by default"],
)
def test_a_planned_service_is_not_enabled(declare: Callable[[], Service]) -> None:
    declared = declare()
    assert (declared.planned, declared.legacy, declared.enabled) == (True, False, False)


def test_a_legacy_service_names_those_who_replace_it() -> None:
    declared = legacy(name="a", title="A", replaced_by=["B", "C"])
    assert (declared.legacy, declared.enabled, declared.replaced_by) == (True, False, ("B", "C"))


def test_planned_and_legacy_services_are_checked_too() -> None:
    with pytest.raises(ValueError, match="priority"):
        planned(name="a", title="A", priority=11)
    with pytest.raises(ValueError, match="service A b: name"):
        legacy(name="A b", title="A", replaced_by=())


def test_a_new_name_is_checked() -> None:
    declared = service()(nightly_report)
    assert renamed(declared, "other").name == "other"
    with pytest.raises(ValueError, match="name: "):
        renamed(declared, "Other")


def _no_context() -> Any:
    return object()
