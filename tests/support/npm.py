"""Packages of npm that tests need, installed once at the exact versions of their lock file."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

VENV = Path(__file__).parents[2] / ".venv"


def installed(source: Path) -> Path:
    """The folder under ``.venv`` with the files of `source` and what its ``package-lock.json`` names.

    Skips by name without Node, which CI does not allow.
    """
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        _not_here(f"no {' and '.join(missing)}: apt-get install nodejs npm")
    folder = VENV / source.name
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed"
    files = sorted(path for path in source.iterdir() if path.is_file())
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            return folder
        for path in files:
            shutil.copy(path, folder / path.name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=150)
        if done.returncode:
            _not_here(f"npm cannot install {source.name}: {done.stderr.strip()[-300:]}")
        stamp.write_text(digest)
    return folder


def _not_here(said: str) -> None:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
