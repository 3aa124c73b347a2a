"""Each line of the two products' own lists, the step that does it, and the tests that prove it.

The lines stand in ``actors/seeds``; ``tests.json`` there says which tests cover which step, as their marks
``@pytest.mark.covers("monitoring", 1)`` tell (``scripts/covers.py`` finds them, `make generate` writes it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from actors.lookup import Catalogue, UnknownService
from actors.service import Service

SEEDS = Path(__file__).parent / "seeds"
#: Where the lines are from: the file of each, by the name of the origin.
SOURCES = {"jerasoft": "JeraSoft", "machpanel": "MachPanel"}
#: What stands for the product's own page instead of a service, and for a header instead of a step.
PAGE, HEADER = "page", 0
#: Service -> step (or a key of `PAGE`) -> tests.
Tests = Mapping[str, Mapping[str, tuple[str, ...]]]

_NUMBERED = re.compile(r"(\d+)\.(?:(\d+)\.)? *(.+)")
_ROW = "Row: "


@dataclass(frozen=True)
class Line:
    """One line of a product's list. `title` is the service's there, or `PAGE`; `key` names a line of that.

    `step`: which task it is, None: all that the service does, `HEADER`: its schedule, nodes and groups.
    `part`: the number of a subtask, or 0.
    """

    origin: str
    title: str
    text: str
    key: str = ""
    step: int | None = None
    part: int = 0


@dataclass(frozen=True)
class Covered:
    """A line and what became of it. `steps`: (number, title); `tests`: as pytest names them.

    `status`: ``built``, ``planned``, ``legacy``. `problem`: why the line counts as not covered, or "".
    """

    line: Line
    service: Service | None
    steps: tuple[tuple[int, str], ...]
    tests: tuple[str, ...]
    status: str
    problem: str = ""


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """Every line of both lists, in their order."""
    return tuple(line for origin in SOURCES for line in _read(origin))


def known_tests() -> Tests:
    """What ``tests.json`` says."""
    found: dict[str, dict[str, list[str]]] = json.loads((SEEDS / "tests.json").read_text(encoding="utf-8"))
    return {name: {step: tuple(tests) for step, tests in steps.items()} for name, steps in found.items()}


def covered(catalogue: Catalogue, tests: Tests) -> list[Covered]:
    """A row for each line; `catalogue` is the whole one."""
    return [
        _page_row(line, tests) if line.title == PAGE else _row(line, catalogue, tests) for line in lines()
    ]


def status_of(service: Service) -> str:
    """``built``; ``planned``: its work is not built yet; ``legacy``: its product no longer uses it."""
    return "legacy" if service.legacy else "planned" if service.planned else "built"


def problems(catalogue: Catalogue, tests: Tests) -> list[str]:
    """What keeps the coverage from being whole: lines without a row, and marks that mean nothing."""
    found = [
        f"{SOURCES[row.line.origin]}: {row.line.title}: {row.line.text[:60]}: {row.problem}"
        for row in covered(catalogue, tests)
        if row.problem
    ]
    known = {PAGE: {line.key for line in lines() if line.title == PAGE}, "*": {str(HEADER)}}
    for service in catalogue.services.values():
        known[service.name] = {str(number) for number in range(1, len(service.tasks) + 1)}
    return found + [
        f"{where[0]}: it covers {name} {step}, which there is not"
        for name, steps in tests.items()
        for step, where in steps.items()
        if step not in known.get(name, ())
    ]


def _row(line: Line, catalogue: Catalogue, tests: Tests) -> Covered:
    try:
        service = catalogue.get(line.title)
    except UnknownService:
        return Covered(line, None, (), (), "missing", "no service has this name")
    status = status_of(service)
    if line.step == HEADER:
        found = tests.get("*", {}).get(str(HEADER), ())
        return Covered(line, service, (), found, status, "" if found else "no test compares the headers")
    if service.legacy:
        return Covered(line, service, (), (), status, "" if service.replaced_by else "nothing replaces it")
    numbered = tuple((number, task.title) for number, task in enumerate(service.tasks, 1))
    steps = numbered if line.step is None else numbered[line.step - 1 : line.step]
    if not steps:
        return Covered(line, service, (), (), status, "the service has no such step")
    if line.part:
        number = steps[0][0]
        parts = service.tasks[number - 1].subtasks[line.part - 1 : line.part]
        if not parts:
            return Covered(line, service, (), (), status, "the step has no such part")
        steps = ((number, parts[0]),)
    own = tests.get(service.name, {})
    found = tuple(dict.fromkeys(test for number, _ in steps for test in own.get(str(number), ())))
    bare = [str(number) for number, _ in steps if not own.get(str(number))]
    problem = f"no test covers step {', '.join(bare)}" if bare and status == "built" else ""
    return Covered(line, service, steps, found, status, problem)


def _page_row(line: Line, tests: Tests) -> Covered:
    found = tests.get(PAGE, {}).get(line.key, ())
    return Covered(line, None, (), found, "built", "" if found else "no test covers it")


def _read(origin: str) -> Iterator[Line]:
    title = ""
    for raw in (SEEDS / f"{origin}.txt").read_text(encoding="utf-8").splitlines():
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("[") and text.endswith("]"):
            title = text[1:-1]
        elif title == PAGE:
            key, _, said = text.partition(": ")
            yield Line(origin, PAGE, said, key=key)
        elif text.startswith(_ROW):
            yield Line(origin, title, text.removeprefix(_ROW), step=HEADER)
        elif match := _NUMBERED.fullmatch(text):
            yield Line(origin, title, match[3], step=int(match[1]), part=int(match[2] or 0))
        else:
            yield Line(origin, title, text)
