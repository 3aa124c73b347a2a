"""Does listing the services stay cheap?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import actors

ROOT = Path(actors.__file__).parent.parent
HEAVY = {
    *(
        "cryptography",
        "dns",
        "fastapi",
        "httpx",
        "ldap3",
        "numpy",
        "paramiko",
        "polars",
        "psycopg",
        "pydantic",
    ),
    *("pypsrp", "pysnmp", "rich", "typer", "uvicorn"),
    # Not heavy, but another layer's.
    *("dramatiq", "periodiq", "pika"),
}


def test_the_whole_catalogue_loads_no_heavy_library() -> None:
    loaded = {module.split(".")[0] for module in _loaded_by("load()")}
    assert "actors" in loaded
    assert loaded & HEAVY == set()


def test_core_alone_imports_no_other_profile() -> None:
    loaded = [module.split(".") for module in _loaded_by("load([])")]
    families = {parts[1] for parts in loaded if parts[0] == "actors" and len(parts) == 3}
    assert families == {"system"}


def _loaded_by(call: str) -> list[str]:
    code = (
        "import sys; before = set(sys.modules); "
        f"from actors.catalogue import load; {call}; "
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()
