"""Does a command start without the libraries that only processes need?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT, Site

HEAVY = {"fastapi", "starlette", "uvicorn", "dramatiq", "pika", "periodiq", "pendulum", "prometheus_client"}
PROGRAM = """
import sys
from cli.main import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    print("code", end.code, file=sys.stderr)
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [("services",), ("runs",), ("check",), ("disable", "adder")])
def test_a_command_loads_neither_the_web_nor_the_broker(known: Site, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", PROGRAM, "--config", str(known.file), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    *_, code, modules = done.stderr.splitlines()
    assert code == "code 0", done.stderr
    assert set(modules.split()) & HEAVY == set()
