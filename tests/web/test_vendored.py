"""Are the files of others those that the manifest names, with their licences beside them?"""

from __future__ import annotations

import hashlib

import pytest

from web.shown.about import vendored
from web.static_files import FOLDER

VENDOR = FOLDER / "vendor"


def test_nothing_lies_there_that_the_manifest_does_not_name() -> None:
    entries = vendored()
    named = {each["file"] for each in entries} | {each["licence_file"] for each in entries}
    assert {path.name for path in VENDOR.iterdir()} == named | {"manifest.json"}


@pytest.mark.parametrize("entry", vendored(), ids=lambda entry: entry["file"])
def test_a_file_is_the_one_that_was_published(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["text"].strip(), "the licence is empty"
    assert entry["version"]
