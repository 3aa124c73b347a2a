"""Do the examples of the recipe do what it says?"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from actors import Service
from actors.service import call
from actors.testing import FakeContext
from store import database, mirror
from tests.actors.system.mailing import NOW, running
from tests.support.jobs import add
from tests.support.opened import opened_database
from tests.support.rows import ids, put

PAGE = Path(__file__).parents[3] / "docs" / "learning" / "add_a_service.md"


@pytest.fixture(params=["sqlite"], autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def example(word: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that an example of the page makes: the one that has this word."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (text,) = [block for block in blocks if f"def {word}(" in block]
    made = ModuleType(f"example_{word}")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(compile(text, word, "exec"), made.__dict__)
    return made


def work(declared: Service, context: FakeContext | None = None) -> Any:
    options = declared.options() if declared.options else None
    return call(declared, context or running(declared), options)


def test_the_drain_carries_out_what_was_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    made = example("boxes", monkeypatch)
    add(made.CREATE, object="box 1")
    assert work(made.boxes).counts == {"done": 1}


def test_the_mirror_has_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = work(example("user_sync", monkeypatch).user_sync)
    assert (outcome.counts["new"], outcome.counts["reported"]) == (1, 0)
    (anna,) = mirror.objects(database.read(), "directory", "users")
    assert anna["attrs"] == {"mail": "anna@example.org"}


def test_the_sampler_keeps_the_figures_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert work(example("loads", monkeypatch).loads).counts == {"measured": 2, "failed": 0}
    assert ids("series", "node") == ["alpha", "beta"]


def test_the_sweep_tells_once(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = example("domain_notices", monkeypatch).domain_notices
    context = running(declared)
    assert [work(declared, context).counts["told"] for _ in range(2)] == [1, 0]


def test_the_retention_leaves_what_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for queue, age in (("q", 31), ("legal hold", 31), ("q", 29)):
        put("rejected", at=NOW - age * 86_400, queue=queue, reason="", body="")
    assert work(example("old_requests", monkeypatch).old_requests).counts == {"requests": 1}
    assert ids("rejected") == [2, 3]
