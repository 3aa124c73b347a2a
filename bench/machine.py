"""The machine and the versions, for the head of the page and beside each result."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from bench.servers import POSTGRESQL
from tests.support import postgresql, rabbitmq

LIBRARIES = ("dramatiq", "pika", "periodiq", "peewee", "psycopg")


def described() -> dict[str, str]:
    """What the figures depend on: name -> value."""
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return {
        "machine": f"{os.cpu_count()} x {_processor()}, {_memory()}, Linux {platform.release()}",
        "Python": f"{platform.python_version()}; {libraries}",
        "SQLite": f"{sqlite3.sqlite_version}, WAL; requests and ends are flushed (fdatasync), claims are not",
        "PostgreSQL": _postgresql(),
        "RabbitMQ": _rabbitmq(),
    }


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", _text(Path("/proc/cpuinfo")))
    return found[1].strip() if found else platform.machine()


def _memory() -> str:
    found = re.search(r"MemTotal:\s*(\d+)", _text(Path("/proc/meminfo")))
    return f"{int(found[1]) / 1024**2:.0f} GiB" if found else "memory unknown"


def _postgresql() -> str:
    programs = postgresql.installed()
    if programs is None:
        return "not installed"
    settings = ", ".join(f"{name}={value}" for name, value in POSTGRESQL.items())
    return f"{_said([str(programs / 'postgres'), '--version'])}; {settings}, synchronous_commit=on"


def _rabbitmq() -> str:
    scripts = rabbitmq.installed()
    if scripts is None:
        return "not installed"
    return f"{scripts.parent.name.partition('-')[2]}; persistent messages, durable queues"


def _said(command: Sequence[str]) -> str:
    text = subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
    found = re.search(r"\d+\.\d+", text)
    return found[0] if found else text.strip()


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
