"""The editor's form: what it holds for a service, and which changes a sent one asks for.

A form says what it was made with (``was``). Only what differs from that is a change, so that keeping
one's own edit takes nothing back that somebody else has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actors.service import Service
from domain.time.given import OF_KIND
from domain.time.problems import WEEKDAYS
from domain.time.spoken import exact
from web.shown.form import options_form, read_options, seconds_of

Shown = dict[str, Any]
#: Field -> its texts, as browsers send them; a switch that is off has none.
Texts = dict[str, list[str]]

#: What operators may change, as the fields of the form name it; the rest takes an admin (contract §5).
FOR_OPERATORS = frozenset({"enabled", "logging"})
SCHEDULE = ("kind", *OF_KIND["periodic"], *OF_KIND["fixed_time"])
WHOLE = ("priority", "parallel", "retries")
SPANS = ("time_limit", "misfire_window")
WORDS = ("misfire", "overlap", "instances")
#: Seconds after which logging ends by itself, as the form names them.
LOGGING_FOR = {"1800": "on for 30 min", "7200": "on for 2 h", "86400": "on for 24 h"}
#: A period that the other kind's fields begin with: nobody has chosen one yet.
FIRST_PERIOD = "60"


def texts_of(service: Service, shown: Mapping[str, Any]) -> Texts:
    """The form of a service as `web.shown.services.one` gives it."""
    logging = ("keep" if shown["logging_until"] else "on") if shown["logging"] else "off"
    texts = {
        "enabled": ["no" if shown["status"] == "disabled" else "yes"],
        "priority": [str(shown["priority"])],
        "logging": [logging],
        "instances": [shown["instances"]],
    }
    if shown["kind"] != "daemon":
        texts |= _schedule(shown)
        texts |= {name: [str(shown[name])] for name in ("parallel", "retries")}
        texts |= {name: [exact(shown[name])] for name in SPANS}
        texts |= {name: [shown[name]] for name in ("misfire", "overlap")}
        texts["retry_lost"] = ["yes"] if shown["retry_lost"] else []
    for each in options_form(service, shown):
        texts[each["name"]] = option_texts(each)
    return texts


def option_texts(each: Mapping[str, Any]) -> list[str]:
    """The value of a field of `web.shown.form.options_form` as its form sends it."""
    value = each["value"]
    if each["kind"] == "switch":
        return ["yes"] if value else []
    if value is None:
        return [""]
    if each["kind"] == "span":
        return [exact(value)]
    if each["kind"] == "list":
        return [", ".join(map(str, value))]
    return [f"{value:g}" if isinstance(value, float) else str(value)]


def merged(sent: Texts, was: Texts, *, whole: bool) -> Texts:
    """What the form holds now: what was sent over what it was made with.

    ``whole``: all of its fields could be sent, so a switch that is missing is off. Other fields that
    are missing were shown but not to be changed.
    """
    now = {name: list(sent.get(name, known)) for name, known in was.items()}
    if whole:
        now |= {name: list(sent.get(name, [])) for name, known in was.items() if _is_switch(name, known)}
    return now | {name: list(texts) for name, texts in sent.items() if name not in was}


def touched_of(now: Texts, was: Texts) -> set[str]:
    """The fields that somebody has changed."""
    return {name for name, texts in now.items() if texts != was.get(name, [])}


def changes_of(
    service: Service, now: Texts, was: Texts, revert: Sequence[str], at: float
) -> tuple[Shown, set[str]]:
    """The changes for `web.acts.edit_service.edit`, and the fields they come from; `at` is the time."""
    touched = touched_of(now, was)
    changes: Shown = {}
    kind = _one(now, "kind")
    names = OF_KIND.get(kind, ())
    if "kind" in now and touched & {"kind", *names} and "schedule" not in revert:
        changes |= {"kind": kind} | {name: _read(name, now.get(name, [])) for name in names}
    for name in (*WHOLE, *SPANS, *WORDS, "enabled", "retry_lost"):
        if name in touched and name not in revert:
            changes[name] = _read(name, now[name])
    read = read_options(service, now)
    for whole in ("options", "tasks"):
        mine = touched - set(revert)
        some = {name: value for name, value in read[whole].items() if f"{whole}.{name}" in mine}
        if some and whole not in revert:
            changes[whole] = some
    if "logging" in touched:
        changes |= _logging(_one(now, "logging"), at)
    if revert:
        changes["revert"] = list(revert)
    return changes, touched


def _schedule(shown: Mapping[str, Any]) -> Texts:
    periodic = shown["kind"] == "periodic"
    return {
        "kind": [shown["kind"]],
        "period": [str(shown["period"]) if periodic else FIRST_PERIOD],
        "align": [str(shown["align"]) if periodic else "0"],
        "times": [", ".join(shown["times"])],
        "zone": [shown["zone"] or ""],
        "weekdays": [day for day in WEEKDAYS if day in shown["weekdays"]],
        "days": [", ".join(map(str, shown["days"]))],
    }


def _is_switch(name: str, known: Sequence[str]) -> bool:
    return name in ("weekdays", "retry_lost") or (
        name.startswith(("options.", "tasks.")) and list(known) in ([], ["yes"])
    )


def _read(name: str, texts: Sequence[str]) -> Any:
    """A field as the edit takes it; what cannot be read stays the text it is, so that it can be refused."""
    text = texts[-1].strip() if texts else ""
    if name == "weekdays":
        return list(texts)
    if name in ("enabled", "retry_lost"):
        return text == "yes"
    if name in SPANS:
        return seconds_of(text)
    if name == "align" and not text:
        return 0
    if name in ("period", "align", *WHOLE):
        # A period that was emptied is no wish to keep the old one.
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 12 else text or "nothing"
    return text


def _logging(word: str, at: float) -> Shown:
    if word in LOGGING_FOR:
        return {"logging": True, "logging_until": at + int(word)}
    if word == "on":
        return {"logging": True, "logging_until": None}
    return {"logging": False if word == "off" else word}


def _one(texts: Texts, name: str) -> str:
    found = texts.get(name)
    return found[-1] if found else ""
