"""What is in force of a service, value by value, and where each comes from: code, file or a live edit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from actors.declared import declared
from actors.service import Service
from domain.time.clock import rfc3339
from domain.time.spoken import span
from domain.time.stored import from_json
from domain.time.text import describe
from node.site import Site
from schedules.editable import REVERTIBLE
from store import change, service
from store.run import step
from store.tx import Tx
from web.acts.named import find
from web.shown.form import options_form

Shown = dict[str, Any]

#: Who changed a value is looked for in so many of the newest entries of the audit trail.
REACH = 500

LABELS = {
    "enabled": "Enabled",
    "rule": "Schedule",
    "priority": "Priority",
    "parallel": "Parallel",
    "misfire": "Misfire",
    "misfire_window": "Misfire window",
    "overlap": "Overlap",
    "time_limit": "Time limit",
    "retries": "Retries",
    "retry_lost": "Try lost runs again",
    "instances": "Instances",
    "roles": "Allowed nodes",
    "run_groups": "Run groups",
}
_SPANS = ("misfire_window", "time_limit")


def configuration(site: Site, tx: Tx, name: str) -> list[Shown]:
    """Every value: ``{key, label, value, source, default, by, at, revert}``; texts, but `at` RFC 3339.

    `source`: ``code``, ``file`` or ``live``; `by` and `at` of the live edit; `default` is what the file
    or the code says where an edit lies over it. `revert` is the name that goes back to it, None: it
    cannot. Options come after the settings, tasks last. Empty for a service that is not switched on.
    """
    each = find(site, name)
    row = service.one(tx, each.name)
    if row is None:
        return []
    live, defaults = json.loads(row["live"]), json.loads(row["defaults"])
    code = _of_code(each)
    edits = change.of_object(tx, f"service {each.name}", REACH)
    made = [
        _value(key, label, defaults[key], code.get(key), live, edits)
        for key, label in LABELS.items()
        if key in defaults
    ]
    options = live.get("options", {})
    spans = {field["name"] for field in options_form(each, {}) if field["kind"] == "span"}
    for option, default in sorted({**defaults["options"], **options}.items()):
        known = code.get("options", {}).get(option)
        first = defaults["options"].get(option, default)
        made.append(_option(option, first, known, options, edits, is_span=f"options.{option}" in spans))
    return made + _tasks(each, tx, edits)


def _of_code(each: Service) -> dict[str, Any]:
    """What the code alone says, as the database would keep it."""
    found, _ = declared([each], {})
    return json.loads(json.dumps(dict(found[0].defaults), default=str)) if found else {}


def _value(
    key: str, label: str, default: Any, code: Any, live: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]
) -> Shown:
    edited = key in live
    return {
        "key": key,
        "label": label,
        "value": said(key, live[key] if edited else default),
        "source": "live" if edited else "code" if default == code else "file",
        "default": said(key, default) if edited else None,
        "revert": key if edited and key in REVERTIBLE else None,
        **(_who(edits, key) if edited else {"by": None, "at": None}),
    }


def _option(
    name: str,
    default: Any,
    code: Any,
    live: Mapping[str, Any],
    edits: Sequence[Mapping[str, Any]],
    *,
    is_span: bool,
) -> Shown:
    made = _value(name, f"Option: {name.replace('_', ' ')}", default, code, live, [])
    if made["source"] == "live":
        made |= _who(edits, "options", name)
        made["revert"] = f"options.{name}"
    if is_span:
        made |= {"value": _span(live.get(name, default))}
        made |= {"default": _span(default)} if made["default"] is not None else {}
    return made | {"key": f"options.{name}"}


def _tasks(each: Service, tx: Tx, edits: Sequence[Mapping[str, Any]]) -> list[Shown]:
    known = step.states(tx, each.name)
    made = []
    for task in each.tasks:
        switch = known.get((each.name, task.title), {}).get("enabled")
        made.append(
            {
                "key": f"tasks.{task.title}",
                "label": f"Task: {task.title}",
                "value": said("enabled", task.enabled if switch is None else bool(switch)),
                "source": "code" if switch is None else "live",
                "default": None if switch is None else said("enabled", task.enabled),
                "revert": None if switch is None else f"tasks.{task.title}",
                **(_who(edits, "tasks", task.title) if switch is not None else {"by": None, "at": None}),
            }
        )
    return made


def _who(edits: Sequence[Mapping[str, Any]], key: str, part: str | None = None) -> Shown:
    """Who last gave it its value, and when; the newest entry comes first."""
    for entry in edits:
        try:
            after = json.loads(entry["after"] or "null")
        except ValueError:  # a secret was hidden in it
            continue
        if isinstance(after, Mapping) and key in after and (part is None or part in after[key]):
            return {"by": entry["actor"], "at": rfc3339(entry["at"])}
    return {"by": None, "at": None}


def _span(value: Any) -> str:
    return span(value) if isinstance(value, int | float) else said("", value)


def said(key: str, value: Any) -> str:
    """A value as people read it."""
    if key == "rule":
        return describe(from_json(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in _SPANS:
        return span(value)
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, str):
        return value.replace("_", " ") if key in LABELS else value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
