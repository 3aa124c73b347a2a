#!/usr/bin/env python3
"""Writes the files that are generated from the code; with ``--check`` compares them instead."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import covers

import actors.coverage_page
import config.reference
import metrics.dashboards.files
import metrics.reference
import metrics.rules.files
from actors.catalogue import load, whole
from actors.coverage import Tests, problems
from actors.reference import markdown as services_page
from metrics.rules.operator import prometheus_rule
from web.app import description_text as api_description

ROOT = Path(__file__).resolve().parent.parent


def tests() -> Tests:
    """The tests that cover something, by service and step."""
    found = covers.marked(ROOT / "tests")
    return {name: {step: tuple(each) for step, each in steps.items()} for name, steps in found.items()}


GENERATED: dict[str, Callable[[], str]] = {
    "docs/services.md": lambda: services_page(load()),
    "actors/seeds/tests.json": lambda: covers.as_json(covers.marked(ROOT / "tests")),
    "docs/coverage.md": lambda: actors.coverage_page.markdown(whole(), tests()),
    "docs/operating/configuration.md": config.reference.markdown,
    "docs/openapi.json": api_description,
    "docs/metrics.md": metrics.reference.markdown,
    **{f"docker/prometheus/{name}": make for name, make in metrics.rules.files.FILES.items()},
    **{f"docker/grafana/dashboards/{name}": make for name, make in metrics.dashboards.files.FILES.items()},
    "deploy/kubernetes/components/monitoring/prometheus_rule.yaml": prometheus_rule,
}


def main(check: bool) -> int:
    """Write each file, or say which one is stale, and with `check` what is not covered; the exit code."""
    stale = []
    for name, make in GENERATED.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    bare = problems(whole(), tests())
    for problem in bare:
        print(f"not covered: {problem}")
    if check and (stale or bare):
        print(
            f"stale: {', '.join(stale)}; run `make generate`"
            if stale
            else "a line of docs/coverage.md is bare"
        )
        return 1
    print("up to date" if not stale else f"written: {', '.join(stale)}")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
