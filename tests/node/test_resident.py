"""Does a process know how much memory it has?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from node import resident


def test_it_is_a_size_that_a_python_process_has() -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux has /proc")
    found = resident.resident()
    assert found is not None
    assert 2**22 < found < 2**36


def test_a_system_that_does_not_say_gives_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resident, "_STATM", tmp_path / "nothing")
    assert resident.resident() is None
