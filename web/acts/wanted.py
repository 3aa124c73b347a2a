"""What an edit asks for, read and checked: all that is wrong with it at once, by field.

The same look for the edit itself and for its preview; nothing is read or written here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from actors.service import Service
from actors.values import ValueProblems, build, plain
from domain.time.given import FIELDS, rule_given
from domain.time.rule import Rule
from domain.time.stored import from_json, to_json
from schedules.editable import edit_problems

#: The fields that are a setting each; the schedule's are `domain.time.given.FIELDS`.
SETTINGS = (
    "enabled", "priority", "parallel", "time_limit", "misfire", "misfire_window", "overlap", "retries",
    "retry_lost", "instances", "logging", "logging_until",
)  # fmt: skip
WHOLE = ("options", "tasks")
#: Shown, but changed in the file only.
FIXED = ("allowed_nodes", "run_groups", "roles")


@dataclass(frozen=True)
class Wanted:
    """`changes` and `revert` for the editor, the `rule` that comes of it, and the problems by field."""

    changes: dict[str, Any]
    revert: tuple[str, ...]
    rule: Rule
    code: str | None = None  # of the refusal; None: nothing is wrong
    problems: dict[str, str] = field(default_factory=dict)


def wanted(
    service: Service,
    values: Mapping[str, Any],
    switches: Mapping[str, bool],
    given: Mapping[str, Any],
    now: float,
) -> Wanted:
    """Read the fields of an edit, over the settings and the tasks' `switches` in force."""
    reading = _Reading(service, values)
    revert = reading.reverted(given.get("revert"), switches)
    rule = reading.rule(given)
    reading.settings(given)
    reading.options(given.get("options"))
    reading.tasks(given.get("tasks"), switches)
    reading.unknown(given)
    found = edit_problems(service.title, values, reading.changes, revert, now)
    problems = {key: text for key, (_, text) in found.items() if key not in reading.codes}
    codes = {code for code, _ in found.values()} | set(reading.codes.values())
    code = None if not codes else codes.pop() if len(codes) == 1 else "bad_value"
    return Wanted(reading.changes, revert, rule, code, {**reading.problems, **problems})


class _Reading:
    """The fields read so far, and what was wrong with them."""

    def __init__(self, service: Service, values: Mapping[str, Any]) -> None:
        self._service = service
        self._values = values
        self.changes: dict[str, Any] = {}
        self.problems: dict[str, str] = {}
        self.codes: dict[str, str] = {}

    def rule(self, given: Mapping[str, Any]) -> Rule:
        before = from_json(self._values["rule"])
        if not any(name in given for name in FIELDS):
            return before
        rule, problems = rule_given(before, given)
        daemon = before.kind == "daemon"
        for name, text in problems.items():
            self._wrong(name, text, "daemon" if daemon else "bad_schedule")
        if not problems:
            self.changes["rule"] = to_json(rule)
        return rule

    def settings(self, given: Mapping[str, Any]) -> None:
        self.changes |= {name: given[name] for name in SETTINGS if name in given}

    def reverted(self, keys: Any, switches: Mapping[str, bool]) -> tuple[str, ...]:
        if keys is None:
            return ()
        if not isinstance(keys, list | tuple):
            self._wrong("revert", f"expected a list of names, got {keys!r}")
            return ()
        for key in keys:
            whole, dot, title = str(key).partition(".")
            if dot and whole == "tasks" and title not in switches:
                self._wrong("revert", f"there is no task {title!r}{_near(title, switches)}")
        return tuple("rule" if key in (*FIELDS, "schedule") else str(key) for key in keys)

    def options(self, given: Any) -> None:
        """The options as the service's dataclass takes them, together with those in force."""
        if given is None:
            return
        if not isinstance(given, Mapping):
            self._wrong("options", f"expected names and values, got {given!r}")
            return
        shape = self._service.options
        if shape is None:
            if given:
                self._wrong("options", f"{self._service.title} has none, got {', '.join(map(str, given))}")
            return
        try:
            built = plain(asdict(build(shape, {**self._values["options"], **given})))
        except ValueProblems as error:
            for problem in error.problems:
                self._wrong(*_placed(problem, given))
            return
        wild = [name for name in given if isinstance(built[name], float) and not math.isfinite(built[name])]
        for name in wild:
            self._wrong(f"options.{name}", f"expected a number, got {given[name]!r}")
        self.changes["options"] = {name: built[name] for name in given if name not in wild}

    def tasks(self, given: Any, switches: Mapping[str, bool]) -> None:
        """The switches of tasks, by title; those that are so already are left out."""
        if given is None:
            return
        if not isinstance(given, Mapping):
            self._wrong("tasks", f"expected titles with true or false, got {given!r}")
            return
        changed = {}
        for title, on in given.items():
            if title not in switches:
                self._wrong(f"tasks.{title}", f"no such task{_near(str(title), switches)}")
            elif not isinstance(on, bool):
                self._wrong(f"tasks.{title}", f"expected true or false, got {on!r}")
            elif on != switches[title]:
                changed[title] = on
        if changed:
            self.changes["tasks"] = changed

    def unknown(self, given: Mapping[str, Any]) -> None:
        known = (*FIELDS, *SETTINGS, *WHOLE, "revert")
        for name in given:
            if name in FIXED:
                self._wrong(name, "it is fixed at deployment, in the file or the code")
            elif name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"expected {', '.join(known)}"
                self._wrong(name, f"it cannot be changed: {hint}")

    def _wrong(self, name: str, text: str, code: str = "bad_value") -> None:
        self.problems[name] = text
        self.codes[name] = code


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _placed(problem: str, given: Mapping[str, Any]) -> tuple[str, str]:
    """A problem of the options at the field it names."""
    name, _, text = problem.partition(": ")
    if text and name in given:
        return f"options.{name}", text
    first = problem.split(" ", 1)[0]
    if first in given:
        return f"options.{first}", problem.removeprefix(f"{first} ")
    return "options", problem
