"""A virtual environment for each peer, made on first use from its pinned requirements."""

from __future__ import annotations

import hashlib
import subprocess
import venv
from pathlib import Path

from bench.peers import REQUIREMENTS
from bench.workload import Missing

ROOT = Path(__file__).resolve().parents[2]


def python_of(peer: str, folder: Path = ROOT / "var" / "bench") -> Path:
    """Its Python, with everything installed. Raises Missing with pip's last line if that failed."""
    wanted = REQUIREMENTS / f"{peer}.txt"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    home = folder / peer
    python, stamp = home / "bin" / "python", home / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return python
    venv.create(home, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, "-r", str(wanted)], capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = (lines or done.stderr.splitlines() or ["no word of pip"])[-1]
        raise Missing(f"could not be installed: {reason.removeprefix('ERROR: ')[:160]}")
    stamp.write_text(digest)
    return python
