"""The editor as its template needs it: texts, defaults, words for choices, places for problems."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from actors.service import Service
from domain.time.given import fields_of
from domain.time.problems import WEEKDAYS
from domain.time.rule import Periodic
from domain.time.spoken import epoch, exact
from domain.time.stored import from_json
from domain.time.text import describe
from node.site import Site
from store import service as stored
from store.tx import Tx
from web.charts.minutes import minute_marks
from web.pages.editor_form import LOGGING_FOR, Texts, option_texts, texts_of
from web.shown import services
from web.shown.form import options_form

Shown = dict[str, Any]

LABELS = {
    "enabled": "Status", "kind": "Schedule", "period": "Period", "align": "Align to", "times": "Run at",
    "zone": "Zone", "weekdays": "Weekdays", "days": "Days of month", "priority": "Priority",
    "parallel": "Parallel", "time_limit": "Time limit", "misfire": "When a time was missed",
    "misfire_window": "Misfire window", "overlap": "When the earlier run goes on", "retries": "Retries",
    "retry_lost": "Retry lost runs", "instances": "Instances", "logging": "Logging",
}  # fmt: skip
KINDS = {"periodic": "Periodical", "fixed_time": "Fixed Time", "on_demand": "On demand"}
#: Each with one line of what it means.
MISFIRES = {
    "once": "one run for all that was missed within the window",
    "skip": "nothing runs for it; it is recorded as skipped",
    "all": "each missed time within the window gets its run",
}
OVERLAPS = {
    "queue_one": "one waits; later ones are merged into it",
    "skip": "the new time is skipped",
    "queue_all": "each waits and runs in its turn",
}
INSTANCES = {"one": "one on the whole site; it fails over", "each": "one on every allowed node"}


def view(site: Site, tx: Tx, service: Service, shown: Mapping[str, Any], texts: Texts | None = None) -> Shown:
    """All that the form shows but its problems; `texts` are what somebody has typed, else as it is."""
    was = texts_of(service, shown)
    fields = options_form(service, shown)
    options = [each for each in fields if each["name"].startswith("options.")]
    first = defaults_of(site, service)
    row = stored.one(tx, service.name)
    live = json.loads(row["live"]) if row else {}
    switched = [each.title for each in service.tasks if each.enabled != _switch(shown, each.title)]
    return {
        "row": shown,
        "texts": {**was, **(texts or {})},
        "was": json.dumps(was),
        "slots": slots(fields),
        "labels": labels(fields),
        "options": options,
        "tasks": [_task(each, fields) for each in shown["tasks"]],
        "switched": switched,
        "edited": {"schedule" if name == "rule" else name for name in live},
        "edited_options": live.get("options", {}),
        "defaults": _told(first, options),
        "sources": _sources(service, first),
        "kinds": _kinds(shown, first),
        "misfires": MISFIRES,
        "overlaps": OVERLAPS,
        "instances": INSTANCES,
        "weekdays": WEEKDAYS,
        "logging": _logging(site, shown),
        "zones": zones(),
        "site_zone": site.zone.key,
    }


def defaults_of(site: Site, service: Service) -> Mapping[str, Any]:
    """The settings of a service as file and code say."""
    declared = next((each.defaults for each in site.declared() if each.name == service.name), None)
    return declared or services.values_of(service, None, None)


def rule_texts(first: Mapping[str, Any]) -> Shown:
    """The fields of the default schedule, as an edit takes them."""
    return fields_of(from_json(first["rule"]))


def slots(fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Field -> what the ids of its elements end with: names of options and tasks may hold anything."""
    return {name: name for name in LABELS} | {each["name"]: f"x{n}" for n, each in enumerate(fields)}


def labels(fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Field -> its name for people."""
    return LABELS | {each["name"]: each["label"] for each in fields}


def marks_of(changes: Mapping[str, Any], shown: Mapping[str, Any], problems: Mapping[str, str]) -> str:
    """The minute marks of the period that is typed; empty for another kind or a wrong period."""
    kind = changes.get("kind", shown["kind"])
    period = changes.get("period", shown["period"])
    align = changes.get("align", shown["align"])
    if kind != "periodic" or {"period", "align", "kind"} & set(problems):
        return ""
    return minute_marks(Periodic(period, align))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Names of zones to choose from."""
    return tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc")))


def _told(first: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Each default as people read it, by what can be reverted."""
    plain = ("priority", "parallel", "misfire", "overlap", "retries", "instances")
    told = {name: str(first[name]).replace("_", " ") for name in plain}
    told |= {name: exact(first[name]) for name in ("time_limit", "misfire_window")}
    told["retry_lost"] = "on" if first["retry_lost"] else "off"
    told["enabled"] = "enabled" if first["enabled"] else "disabled"
    told["schedule"] = describe(from_json(first["rule"]))
    for each in options:
        name = each["name"].removeprefix("options.")
        if name in first["options"]:
            texts = option_texts({**each, "value": first["options"][name]})
            told[each["name"]] = (
                ("on" if texts else "off") if each["kind"] == "switch" else texts[0] or "nothing"
            )
    return told


def _sources(service: Service, first: Mapping[str, Any]) -> dict[str, str]:
    """Whether a default is the file's or the code's."""
    code = services.values_of(service, None, None)
    found = {name: "file" if first[name] != code.get(name) else "code" for name in first if name != "options"}
    return found | {"schedule": found["rule"]}


def _kinds(shown: Mapping[str, Any], first: Mapping[str, Any]) -> dict[str, str]:
    """Those to choose from; only what was made to wait for a request can do so again."""
    waits = "on_demand" in (shown["kind"], first["rule"]["kind"])
    return {kind: text for kind, text in KINDS.items() if kind != "on_demand" or waits}


def _logging(site: Site, shown: Mapping[str, Any]) -> dict[str, str]:
    words = {"off": "off", "on": "on"}
    if shown["logging"] and shown["logging_until"]:
        until = datetime.fromtimestamp(epoch(shown["logging_until"]), site.zone)
        words["keep"] = f"on until {until:%a %H:%M}"
    return words | LOGGING_FOR


def _switch(shown: Mapping[str, Any], title: str) -> bool:
    return next(bool(each["enabled"]) for each in shown["tasks"] if each["title"] == title)


def _task(task: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> Shown:
    return {**task, "name": f"tasks.{task['title']}"}
