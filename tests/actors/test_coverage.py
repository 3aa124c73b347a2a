"""Does every line of both products have a service, a step and, once it is built, a test that proves it?"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

import actors
from actors import Context, OnDemand, Outcome, Task, service
from actors.catalogue import whole
from actors.coverage import HEADER, PAGE, Covered, covered, known_tests, lines, problems
from actors.coverage_page import markdown
from actors.lookup import Catalogue
from actors.service import call
from actors.testing import testing_context
from tests.support.covering import running_steps

ROOT = Path(actors.__file__).parent.parent


@pytest.fixture(scope="module")
def scan() -> ModuleType:
    """`scripts/covers.py`, which is in no package."""
    spec = importlib.util.spec_from_file_location("covers", ROOT / "scripts" / "covers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue_with(name: str, **changes: Any) -> Catalogue:
    """The whole catalogue, with another header for one of its services."""
    services = dict(whole().services)
    services[name] = replace(services[name], **changes)
    return Catalogue(MappingProxyType(services))


def row(catalogue: Catalogue, tests: Any, text: str) -> Covered:
    (found,) = [each for each in covered(catalogue, tests) if text in each.line.text]
    return found


def test_nothing_is_bare() -> None:
    assert problems(whole(), known_tests()) == []


def test_all_lines_of_both_products_are_there() -> None:
    rows = json.loads(Path(__file__).with_name("catalogue.json").read_text())["services"]
    titles = {line.title for line in lines()} - {PAGE}
    assert titles == {row["title"] for row in rows}
    numbers = Counter(line.title for line in lines() if line.step and not line.part)
    for each in rows:
        if each["origin"] == "machpanel":
            assert numbers[each["title"]] == each["task_lines"], each["title"]
    assert sum(line.step == HEADER for line in lines()) == 34


def test_the_marks_in_the_tree_are_those_that_the_page_knows(scan: ModuleType) -> None:
    found = scan.marked(ROOT / "tests")
    assert (ROOT / "actors/seeds/tests.json").read_text() == scan.as_json(found), "run `make generate`"
    assert (ROOT / "docs/coverage.md").read_text() == markdown(whole(), known_tests()), "run `make generate`"


def test_a_built_step_without_a_test_is_named() -> None:
    tests = {**known_tests(), "cleaner": {"1": ("tests/a.py::test_a",)}}
    assert "no test covers step 2" in row(whole(), tests, "cleans old messages").problem
    (problem,) = set(problems(whole(), tests)) - set(problems(whole(), known_tests()))
    assert problem.startswith("JeraSoft: Cleaner: ")
    assert "**no test covers step 2**" in markdown(whole(), tests)


def test_a_step_that_went_away_leaves_a_bare_line_and_an_empty_mark() -> None:
    changed = catalogue_with("sessions_mgt", tasks=whole().services["sessions_mgt"].tasks[:1])
    found = problems(changed, known_tests())
    assert any("no such step" in problem for problem in found)
    assert any("it covers sessions_mgt 2, which there is not" in problem for problem in found)


def test_a_planned_service_needs_no_test_yet_and_a_legacy_one_a_successor() -> None:
    planned = catalogue_with("cleaner", planned=True)
    without = {name: steps for name, steps in known_tests().items() if name != "cleaner"}
    assert row(planned, without, "cleans old messages").problem == ""
    orphan = catalogue_with("ad_sync", replaced_by=())
    assert (
        "MachPanel: ADSyncWork: Legacy Thread for ADSync not used at present.: nothing replaces it"
        in problems(orphan, known_tests())
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("@pytest.mark.covers('a', 1)\ndef test_a():\n    pass\n", "asserts nothing"),
        ("@pytest.mark.skip\n@pytest.mark.covers('a', 1)\ndef test_a():\n    assert f()\n", "skipped"),
        ("@pytest.mark.covers('a')\ndef test_a():\n    assert f()\n", "at least one step"),
        ("@pytest.mark.covers('a', N)\ndef test_a():\n    assert f()\n", "as constants"),
        ("@pytest.mark.covers('a', 1)\ndef helper():\n    assert f()\n", "only tests"),
    ],
)
def test_a_mark_that_proves_nothing_is_refused(
    scan: ModuleType, tmp_path: Path, source: str, said: str
) -> None:
    (tmp_path / "test_x.py").write_text(source)
    with pytest.raises(ValueError, match=said):
        scan.marked(tmp_path)


def test_a_mark_counts_for_each_of_its_steps(scan: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    text = "@pytest.mark.covers('a', 10, 2)\ndef test_a():\n    with pytest.raises(E):\n        f()\n"
    (tmp_path / "tests" / "test_x.py").write_text(text)
    name = "tests/test_x.py::test_a"
    assert scan.marked(tmp_path / "tests") == {"a": {"2": [name], "10": [name]}}


def test_a_step_that_does_not_run_is_noticed() -> None:
    def first(context: Context) -> Outcome:
        return Outcome.done()

    own = service(name="two", schedule=OnDemand(), tasks=(Task("First", first), Task("Second", first)))(
        lambda context: context.run_steps()
    )
    context = testing_context(own, not_due=("Second",))
    with running_steps([own]) as ran:
        call(own, context, None)
    assert ran == {("two", 1)}
    with running_steps([own]) as ran:
        call(own, testing_context(own), None)
    assert ran == {("two", 1), ("two", 2)}
    with running_steps([own]) as ran:
        pass
    assert (ran, own.tasks[0].work) == (set(), first)
