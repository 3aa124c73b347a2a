#!/usr/bin/env python3
"""Writes the files that are generated from the code; with ``--check`` compares them instead."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import config.reference
import metrics.dashboards.files
import metrics.reference
import metrics.rules.files
from actors.catalogue import load
from actors.reference import markdown as services_page
from metrics.rules.operator import prometheus_rule
from web.app import description_text as api_description

ROOT = Path(__file__).resolve().parent.parent

GENERATED: dict[str, Callable[[], str]] = {
    "docs/services.md": lambda: services_page(load()),
    "docs/operating/configuration.md": config.reference.markdown,
    "docs/openapi.json": api_description,
    "docs/metrics.md": metrics.reference.markdown,
    **{f"docker/prometheus/{name}": make for name, make in metrics.rules.files.FILES.items()},
    **{f"docker/grafana/dashboards/{name}": make for name, make in metrics.dashboards.files.FILES.items()},
    "deploy/kubernetes/components/monitoring/prometheus_rule.yaml": prometheus_rule,
}


def main(check: bool) -> int:
    """Write each file, or say which one is stale; the exit code."""
    stale = []
    for name, make in GENERATED.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"stale: {', '.join(stale)}; run `make generate`")
        return 1
    print("up to date" if not stale else f"written: {', '.join(stale)}")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
