"""Programs of Python packages that tests start, installed once in an environment of their own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import venv
from pathlib import Path

import pytest

VENV = Path(__file__).parents[2] / ".venv"


def installed(source: Path) -> Path:
    """The folder of programs under ``.venv`` with exactly what `source`'s ``requirements.txt`` names.

    Skips by name where no index of packages can be reached, which CI does not allow.
    """
    requirements = source / "requirements.txt"
    folder = VENV / source.name
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            return folder / "bin"
        venv.create(folder, with_pip=True)
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        command = [*pip, "--no-deps", "--requirement", str(requirements)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=170)
        if done.returncode:
            said = f"pip cannot install {source.name}: {done.stderr.strip()[-300:]}"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
        stamp.write_text(digest)
    return folder / "bin"
