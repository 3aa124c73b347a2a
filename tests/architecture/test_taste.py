"""Measures of taste: files stay small, and no file is called after nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.test_packaging import ROOT, packages

#: File -> why it is longer than the rest.
LONGER: dict[str, str] = {}
LONGEST = 310
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base", "core"}


def sources() -> list[Path]:
    return [path for name in packages() for path in sorted((ROOT / name).rglob("*.py"))]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_a_god(path: Path) -> None:
    if str(path.relative_to(ROOT)) in LONGER:
        return
    assert len(path.read_text().splitlines()) <= LONGEST


def test_files_are_called_after_what_they_hold() -> None:
    assert [path for path in sources() if path.stem in EMPTY_NAMES] == []


def test_every_file_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.read_text().strip() and not path.read_text().lstrip().startswith(('"""', "#!"))
    ]
    assert silent == []
