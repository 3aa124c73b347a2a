"""Are the kinds of a site found, by name, and their mistakes told?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors import job_kinds
from actors.catalogue import PROFILES, CatalogueError
from actors.job_kinds import UnknownKind, find, load

MODULE = """
from actors.job_kind import JobKind, JobOutcome

def work(context, job):
    return JobOutcome.done()

ONE = JobKind(name="one", title="One", service="s", backend="b", work=work, look_up=work)
JOB_KINDS = [ONE, JobKind(name="two", title="Two", service="s", backend="b", work=work, look_up=work)]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of modules of the site's own."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_kinds_are_those_at_the_top_of_a_module_and_in_its_list(own: Path) -> None:
    (own / "own_kinds.py").write_text(MODULE)
    assert list(load((), ["own_kinds"])) == ["one", "two"]


def test_a_name_is_used_once(own: Path) -> None:
    (own / "own_a.py").write_text(MODULE)
    (own / "own_b.py").write_text(MODULE)
    with pytest.raises(CatalogueError, match="own_b: the job kind one is declared twice"):
        load((), ["own_a", "own_b"])


def test_a_wrong_kind_is_told_with_its_line(own: Path) -> None:
    (own / "own_wrong.py").write_text(MODULE.replace('name="one"', 'priority=77, name="one"'))
    with pytest.raises(CatalogueError, match=r"own_wrong: .*priority: expected 0 .* got 77 \(own_wrong.py"):
        load((), ["own_wrong"])


def test_an_unknown_name_brings_the_nearest(own: Path) -> None:
    (own / "own_near.py").write_text(MODULE)
    with pytest.raises(UnknownKind, match="there is no kind of job 'ones': did you mean one"):
        find(load((), ["own_near"]), "ones")


def test_every_kind_of_the_catalogue_can_be_loaded() -> None:
    assert set(job_kinds.MODULES) <= set(PROFILES)
    load(PROFILES)
