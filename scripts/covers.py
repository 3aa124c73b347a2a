"""Which tests say that they cover which step of which service: marks ``@pytest.mark.covers("cleaner", 1)``.

They are read from the source, so that nothing needs to be installed or run for it. A mark counts only on
a test that pytest collects, is not skipped, and asserts something itself; that the step really runs in it
is checked whenever it runs (``tests/support/covering.py``).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

#: Service (or "page", or "*") -> step or key -> tests.
Found = dict[str, dict[str, list[str]]]


class BadMark(ValueError):
    """A mark says nothing that can be believed; the text says where and why."""


def marked(tests: Path) -> Found:
    """All marks below a folder, in the order of files. Raises BadMark."""
    marks: Found = {}
    for file in sorted(tests.rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "mark.covers(" not in text:
            continue
        where = file.relative_to(tests.parent).as_posix()
        for name, steps, test in _marks(ast.parse(text), where):
            for step in steps:
                marks.setdefault(name, {}).setdefault(step, []).append(test)
    return {name: dict(sorted(marks[name].items(), key=_order)) for name in sorted(marks)}


def as_json(marks: Found) -> str:
    """The text of ``actors/seeds/tests.json``."""
    return json.dumps(marks, indent=1) + "\n"


def _order(item: tuple[str, list[str]]) -> tuple[int, str]:
    return (int(item[0]) if item[0].isdigit() else 0, item[0])


def _marks(module: ast.Module, where: str) -> Iterator[tuple[str, list[str], str]]:
    """(service, its steps, test) of each mark of a file."""
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = [each for each in node.decorator_list if _called(each) == "pytest.mark.covers"]
        test = f"{where}::{node.name}"
        for mark in own:
            assert isinstance(mark, ast.Call)
            if problem := _problem(node, mark):
                raise BadMark(f"{test}: {problem}")
            name, *steps = (each.value for each in mark.args if isinstance(each, ast.Constant))
            yield str(name), [str(step) for step in steps], test


def _problem(test: ast.FunctionDef | ast.AsyncFunctionDef, mark: ast.Call) -> str:
    """Why a mark does not count, or ""."""
    constants = [each.value for each in mark.args if isinstance(each, ast.Constant)]
    if mark.keywords or len(constants) != len(mark.args) or len(constants) < 2:
        return 'covers("service", 1, 2): a name and at least one step, as constants'
    if not test.name.startswith("test_"):
        return "only tests cover anything"
    others = {_called(each) for each in test.decorator_list}
    if others & {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}:
        return "a test that is skipped or may fail covers nothing"
    if not any(_asserts(node) for node in ast.walk(test)):
        return "it asserts nothing itself"
    return ""


def _asserts(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or (isinstance(node, ast.expr) and _called(node) == "pytest.raises")


def _called(node: ast.expr) -> str:
    """The dotted name of what is called, or named."""
    at: ast.AST = node.func if isinstance(node, ast.Call) else node
    parts: list[str] = []
    while isinstance(at, ast.Attribute):
        parts.append(at.attr)
        at = at.value
    return ".".join([at.id, *reversed(parts)]) if isinstance(at, ast.Name) else ""
