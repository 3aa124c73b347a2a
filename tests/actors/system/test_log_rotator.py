"""Does the Log Rotator turn its node's files, and say what it could not?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from actors.service import call
from actors.system import log_rotator
from actors.testing import FakeContext, testing_context
from tests.backends.test_log_rotation import at_most


@pytest.fixture
def context(tmp_path: Path) -> FakeContext:
    return testing_context(log_rotator.run, log_folder=tmp_path)


def rotate(context: FakeContext, **options: Any) -> Outcome:
    outcome = call(log_rotator.run, context, log_rotator.Options(**options))
    assert outcome is not None
    return outcome


@pytest.mark.covers("log_rotator", 1)
def test_files_are_rotated_compressed_and_dropped(context: FakeContext, tmp_path: Path) -> None:
    for _ in range(3):
        (tmp_path / "mail.log").write_text("a line\n")
        outcome = rotate(context, keep=2)
        context.advance(86_400)
    assert outcome == Outcome("done", {"rotated": 1, "compressed": 1, "dropped": 1})
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_is_told_in_one_line(context: FakeContext, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_bytes(b"".join(b"%x\n" % (n * 7919**3) for n in range(20_000)))
    with at_most(4096):
        outcome = rotate(context)
    assert outcome.kind == "partial"
    assert outcome.message == ("left as they are, nothing is lost: mail.log.20270115T080000Z: File too large")


def test_it_stops_when_asked(context: FakeContext, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text("a line\n")
    context.ports.stop = "cancel"
    assert rotate(context).kind == "partial"
    assert (tmp_path / "mail.log").exists()


def test_it_cannot_be_told_to_keep_nothing() -> None:
    with pytest.raises(ValueError, match="keep: expected at least 1"):
        log_rotator.Options(keep=0)
