"""Prometheus for tests: the programs of Debian's packages, and a server of the test's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.process import end, free_port, require, start, wait_until


def program(name: str) -> str:
    """The path of `promtool`, `prometheus` or `amtool`; skips or fails the test without it."""
    found = shutil.which(name)
    package = "prometheus-alertmanager" if name == "amtool" else "prometheus"
    require(found is not None, name, package)
    return str(found)


def told(name: str, *words: str | Path, stdin: str | None = None) -> str:
    """What a program says; AssertionError if it finds fault."""
    done = subprocess.run([program(name), *map(str, words)], input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class PrometheusServer:
    """A running server; `query` asks it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def query(self, query: str) -> list[dict[str, Any]]:
        """The answer to a query now. Raises AssertionError with Prometheus's own words."""
        url = f"{self.address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{query}: {error.read().decode()}") from None
        kind, result = found["data"]["resultType"], found["data"]["result"]
        return [{"value": result}] if kind == "scalar" else list(result)


@contextmanager
def scraping(target: str, rules: list[Path]) -> Iterator[PrometheusServer]:
    """A server in a folder of its own that scrapes ``host:port`` each second, with these rule files."""
    with tempfile.TemporaryDirectory(prefix="prometheus") as folder:
        port = free_port()
        config = Path(folder) / "prometheus.yml"
        config.write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [str(path) for path in rules],
                    "scrape_configs": [{"job_name": "tickworks", "static_configs": [{"targets": [target]}]}],
                }
            )
        )
        command = [
            program("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        server = PrometheusServer(f"http://127.0.0.1:{port}")
        log = Path(folder) / "log"
        process = start(command, log=log)
        try:
            wait_until(lambda: _ready(server.address), process, log)
            yield server
        finally:
            end(process)


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
