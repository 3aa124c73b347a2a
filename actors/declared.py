"""A service with its site's defaults, as the database is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Protocol

from actors.service import Service
from actors.values import ValueProblems, build, defaults
from domain.time.rule import Rule
from domain.time.settle import default_window
from domain.time.stored import from_json, to_json
from store.service import Declared


class SiteDefaults(Protocol):
    """``[service.NAME]`` of the file: only what is given there."""

    def given(self) -> dict[str, Any]: ...


RULE_KEYS = ("period", "align", "times", "zone", "weekdays", "days")


def declared(
    services: Iterable[Service],
    site: Mapping[str, SiteDefaults],
    has: Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> tuple[list[Declared], list[str]]:
    """What to store for every service that can run, and the problems of the site's defaults.

    ``has`` names the settings that are there, for services that need some. ``settings`` has values
    of the site's own sections by ``section.key``: the default of each option that names one in its
    ``metadata={"setting": ...}``, which ``[service.NAME] options`` and live edits override.
    """
    found, problems = [], []
    known = set(has)
    for service in services:
        if service.planned or service.legacy:
            continue
        given = site[service.name].given() if service.name in site else {}
        try:
            found.append(_declared(service, given, known, settings or {}))
        except ValueError as error:
            problems.append(f"[service.{service.name}] {error}")
    return found, problems


def _declared(
    service: Service, given: Mapping[str, Any], has: set[str], settings: Mapping[str, Any]
) -> Declared:
    rule = _rule(service, given)
    window = given.get("misfire_window")
    if window is None:
        own = service.misfire_window
        window = own.total_seconds() if own is not None else default_window(rule)
    options = {**_from_settings(service.options, settings), **given.get("options", {})}
    _check_options(service, options)
    missing = [need for need in service.needs if need not in has]
    run_groups = list(given.get("run_groups", service.run_groups))
    parallel = given.get("parallel", service.parallel)
    if parallel > 1 and run_groups:
        raise ValueError(f"parallel: {parallel} at once is impossible with run groups, which allow one")
    values = {
        "enabled": given.get("enabled", service.enabled),
        "rule": to_json(rule),
        "priority": given.get("priority", service.priority),
        "parallel": parallel,
        "misfire": given.get("misfire", service.misfire),
        "misfire_window": float(window),
        "overlap": given.get("overlap", service.overlap),
        "time_limit": float(given.get("time_limit", service.time_limit.total_seconds())),
        "retries": given.get("retries", service.retries),
        "retry_lost": given.get("retry_lost", service.retry_lost),
        "instances": given.get("instances", service.instances),
        "roles": list(given.get("roles", service.roles)),
        "run_groups": run_groups,
        "options": {**defaults(service.options), **options},
    }
    return Declared(
        name=service.name,
        title=service.title,
        kind=rule.kind,
        family=service.family,
        profile=service.profile,
        missing=f"set {', '.join(missing)}" if missing else None,
        defaults=values,
    )


def _from_settings(options: type | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    if options is None or not is_dataclass(options):
        return {}
    named = {each.name: str(each.metadata.get("setting")) for each in fields(options)}
    return {name: settings[setting] for name, setting in named.items() if setting in settings}


def _rule(service: Service, given: Mapping[str, Any]) -> Rule:
    """The schedule with the site's values over the code's; another kind replaces it whole."""
    asked = {key: given[key] for key in RULE_KEYS if key in given}
    if not asked:
        return service.schedule
    if service.kind == "daemon":
        raise ValueError(f"{service.title} is a daemon: it has no {', '.join(asked)}")
    value = to_json(service.schedule)
    if "times" in asked:
        value = {**(value if value["kind"] == "fixed_time" else {}), "kind": "fixed_time"}
    elif "period" in asked:
        value = {"kind": "periodic", "align": value.get("align", 0) if value["kind"] == "periodic" else 0}
    value.update({"minutes" if key == "period" else key: part for key, part in asked.items()})
    if value["kind"] == "periodic" and value["align"] >= value["minutes"] and "align" not in asked:
        value["align"] %= value["minutes"]
    rule = from_json(value)
    if problems := rule.problems():
        raise ValueError("; ".join(problems))
    return rule


def _check_options(service: Service, options: Mapping[str, Any]) -> None:
    if service.options is None:
        if options:
            raise ValueError(f"options: {service.title} has none, got {', '.join(options)}")
        return
    try:
        build(service.options, options)
    except ValueProblems as error:
        raise ValueError(str(error)) from error
